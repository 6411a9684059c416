// SPDX-License-Identifier: Apache-2.0
//
// Requests that cannot be repeated, and the connections that they take: those that are idle, as
// long as the site is not about to close them, and never one more than they need.
#include "catch.hpp"
#include "deadline.hpp"
#include "private_network.hpp"
#include "scripted_backend.hpp"
#include "stock_site.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

#include <deque>

using namespace v6front;

namespace
{

constexpr std::size_t posts = 41;
const question form{"/form", "POST", {{"Content-Type", "text/plain"}}, "order"};

} // namespace

TEST_CASE("41 POSTs of one client take two connections of a stock site at most", "[posts]")
{
    const way w = GENERATE(from_range(every_way()));
    const auto kind =
        GENERATE(stock_site::kind::httpd, stock_site::kind::nginx, stock_site::kind::lighttpd);
    INFO(w << ", " << to_string(kind));
    const stock_site site(kind);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    user_agent client(front);
    for (std::size_t i = 0; i < posts; ++i)
        CHECK(ask_with(client, form) == 200);
    CHECK(site.connections(posts) <= 2);
    // What the site was asked with before the front came may not be closed there yet.
    CHECK(eventually([&] { return site.open_connections() <= 2; }));
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("20 form posts leave a prefork site of 20 processes to its other visitors", "[posts]")
{
    const way w = GENERATE(from_range(every_way()));
    const bool at_once = GENERATE(false, true);
    INFO(w << (at_once ? ", at once" : ", one by one"));
    const stock_site site(stock_site::kind::prefork, 20, 15);
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    options.threads = 45;
    httpd_server front(options);
    std::deque<user_agent> clients;
    const std::size_t visitors = at_once ? 40 : 1;
    for (std::size_t i = 0; i < visitors; ++i)
        clients.emplace_back(front);
    const auto start = std::chrono::steady_clock::now();
    if (at_once) {
        for (user_agent& c : clients)
            c.send(form);
        for (user_agent& c : clients)
            CHECK(c.read_response().status() == 200);
    } else {
        for (std::size_t i = 0; i < 25; ++i)
            CHECK(ask_with(clients.front(), form) == 200);
    }
    // Nobody waits until the site gives up a connection that is idle.
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
    CHECK(site.answers_within() < std::chrono::seconds(5));
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("A connection that a POST passes over is closed", "[posts]")
{
    const way w = GENERATE(from_range(one_of_each_mpm()));
    INFO(w);
    // The promise is good for half a second, and that has passed.
    scripted_backend site(
        [](const received_request&) { return response("ok", "Keep-Alive: timeout=1\r\n"); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    user_agent client(front);
    for (int i = 0; i < 3; ++i) {
        CHECK(ask_with(client, form) == 200);
        CHECK(site.wait_for_open_connections(0)); // by itself, before the promise is over
    }
    CHECK(site.connections() == 3);
}

TEST_CASE("A site that closes after each response is never sent a POST that is lost", "[posts]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    const auto answer_it =
        answer([](const received_request& r) { return response(r.message.body); });
    scripted_backend site(scripted_backend::steps{read_request(), answer_it, close()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    user_agent client(front);
    for (std::size_t i = 0; i < posts; ++i)
        CHECK(ask_with(client, form) == 200);
    CHECK(site.hits() == posts);
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("No local port is left: 503, and the site is not blamed", "[posts]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    if (!private_network::possible("a machine without local ports"))
        return;
    const private_network network;
    using namespace script;
    const scripted_backend::steps quick{read_request(), send(response("ok")), read_end()};
    const scripted_backend::steps slow{read_request(), gate("go"), send(response("ok"))};
    scripted_backend site(std::vector<scripted_backend::steps>{quick, quick, quick, slow});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url() + " reuse=off"));
    // What is not the site's needs its ports before they are gone.
    std::deque<user_agent> clients;
    for (int i = 0; i < 3; ++i) {
        clients.emplace_back(front);
        CHECK(ask_with(clients.back(), {"/"}) == 200);
    }
    write_file("/proc/sys/net/ipv4/ip_local_port_range", "61000 61001");
    clients[0].send({"/1"});
    clients[1].send({"/2"});
    REQUIRE(site.wait_for_hits(5));
    CHECK(ask_with(clients[2], form) == 503);
    site.open("go");
    CHECK(clients[0].read_response().status() == 200);
    CHECK(clients[1].read_response().status() == 200);
    write_file("/proc/sys/net/ipv4/ip_local_port_range", "61000 62000");
    CHECK(ask_with(clients[2], form) == 200);
    const auto lines = front.complaints(1);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], ContainsSubstring("no free local port"));
}
