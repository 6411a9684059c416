// SPDX-License-Identifier: Apache-2.0
//
// How many connections to a site stay open when nothing is in flight, and what becomes of those
// that somebody else needs.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "stock_site.hpp"
#include "user_agent.hpp"
#include "watching.hpp"
#include "ways.hpp"

#include <deque>
#include <set>

using namespace v6front;

namespace
{

using std::chrono::milliseconds;
using std::chrono::seconds;
using clock = std::chrono::steady_clock;

// Requests that are all in flight at once, and then all are answered.
void burst(const httpd_server& front, const scripted_backend& site, std::size_t size)
{
    std::deque<user_agent> clients;
    for (std::size_t i = 0; i < size; ++i) {
        clients.emplace_back(front);
        clients.back().send({});
    }
    REQUIRE(site.wait_for_hits(size));
    const_cast<scripted_backend&>(site).open("go");
    for (user_agent& c : clients)
        CHECK(c.read_response().status() == 200);
}

scripted_backend::steps hold_then_keep()
{
    using namespace script;
    return {read_request(), gate("go"), send(response("ok")), again()};
}

httpd_options roomy(const way& w, const std::string& site)
{
    httpd_options options = options_for(w, site);
    options.threads = 45;
    return options;
}

} // namespace

TEST_CASE("What was idle after a peak is closed within seconds, but for two", "[idle]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(hold_then_keep());
    httpd_server front(roomy(w, "V6FrontPass / " + site.url()));
    burst(front, site, 30);
    CHECK(site.connections() == 30);
    // Others, that nobody asks for, are kept for a minute.
    CHECK(eventually([&] { return site.open_connections() <= 2; }));
}

TEST_CASE("A route's own limit on idle connections holds at once", "[idle]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(hold_then_keep());
    httpd_server front(roomy(w, "V6FrontPass / " + site.url() + " maxidle=1"));
    burst(front, site, 8);
    // Without it, two are kept.
    CHECK(eventually([&] { return site.open_connections() <= 1; }, patience(seconds(2))));
}

TEST_CASE("Where reuse is off, each request has a connection of its own and says so", "[idle]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const bool off = GENERATE(false, true);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(
        options_for(w, "V6FrontPass / " + site.url() + (off ? " reuse=off" : " reuse=on")));
    user_agent client(front);
    for (int i = 0; i < 4; ++i)
        CHECK(ask_with(client) == 200);
    for (const received_request& r : site.requests())
        CHECK(r.message.value("Connection") == (off ? "close" : "keep-alive"));
    if (off) {
        CHECK(site.connections() == 4);
        CHECK(site.wait_for_open_connections(0));
    } else {
        CHECK(site.connections() <= 2);
    }
}

TEST_CASE("A site that serves one kept connection at a time is no slower for two engines", "[idle]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const stock_site device(stock_site::kind::prefork, 1, 10);
    httpd_options options = options_for(w, "V6FrontPass / " + device.url());
    if (w.adopted())
        options.global = "V6FrontThreads 2";
    httpd_server front(options);
    user_agent one(front), two(front), three(front);
    milliseconds longest{0};
    for (int i = 0; i < 4; ++i) {
        for (user_agent* client : {&one, &two, &three}) {
            const auto start = clock::now();
            CHECK(ask_with(*client) == 200);
            longest =
                std::max(longest, std::chrono::duration_cast<milliseconds>(clock::now() - start));
        }
    }
    INFO(longest.count());
    CHECK(longest < seconds(6)); // not until the site gives up the one it has
}

TEST_CASE("Idle connections of several processes are counted together", "[idle]")
{
    const way w = GENERATE(from_range(one_of_each_mpm()));
    INFO(w);
    const stock_site site(stock_site::kind::prefork, 20, 15);
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    options.children = w.model == mpm::prefork ? 1 : 4;
    options.threads = w.model == mpm::prefork ? 30 : 8;
    httpd_server front(options);
    std::size_t most = 0;
    for (int i = 0; i < 60; ++i) { // each with a connection of its own, which any process may take
        CHECK(get(front, "/").status() == 200);
        most = std::max(most, site.open_connections());
    }
    CHECK(most <= 6);
    CHECK(site.answers_within() < seconds(5)); // not when it has given one up
}

TEST_CASE("256 busy clients keep their connections to the site", "[idle]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    options.global = "V6FrontThreads 1";
    options.threads = 25;
    httpd_server front(options);
    std::deque<user_agent> clients;
    const std::size_t busy = 256;
    for (std::size_t i = 0; i < busy; ++i)
        clients.emplace_back(front);
    for (int round = 0; round < 20; ++round) {
        for (user_agent& c : clients)
            c.send({});
        for (user_agent& c : clients)
            CHECK(c.read_response().status() == 200);
    }
    CHECK(site.hits() == 20 * busy);
    // Usually there are as many as clients. Some are given up where the machine pauses for a
    // second.
    CHECK(site.connections() < 2 * busy);
}
