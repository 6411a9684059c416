// SPDX-License-Identifier: Apache-2.0
//
// Connections with a PROXY header, which are one client's each: where they lead to, and when they
// are closed, as it is with those of a pool.
#include "addresses.hpp"
#include "catch.hpp"
#include "deadline.hpp"
#include "httpd_config.hpp"
#include "identity_site.hpp"
#include "named_site.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

#include <deque>
#include <functional>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

int status_of(user_agent& agent, const std::string& target = "/")
{
    agent.send({target});
    return agent.read_response().status();
}

// One name, two addresses.
struct two_places {
    named_site first{1000000, free_port(), "127.0.0.2"};
    named_site second{1000000, first.port(), "127.0.0.3"};

    std::string authority() const { return "named.test:" + std::to_string(first.port()); }
    std::string directives() const
    {
        return "V6FrontBackendV4 named.test 127.0.0.2 127.0.0.3\nV6FrontProxyProtocol v1\n"
               "V6FrontPass / http://" +
               authority() + "/\n";
    }
    // Where the client's last request has gone.
    named_site& used(user_agent& agent)
    {
        agent.send({"/"});
        const auto answer = agent.read_response();
        CHECK(answer.status() == 200);
        return answer.value("Answers") == "127.0.0.2" ? first : second;
    }
    named_site& other(const named_site& than) { return &than == &first ? second : first; }
    std::string text(const named_site& of) const
    {
        return (&of == &first ? "127.0.0.2:" : "127.0.0.3:") + std::to_string(first.port());
    }
};

// All requests that have come there but those of a health check.
std::size_t of_clients(const named_site& site)
{
    std::size_t n = 0;
    for (const std::string& all : site.received())
        for (auto at = all.find("GET / "); at != all.npos; at = all.find("GET / ", at + 1))
            ++n;
    return n;
}

struct place_case {
    const char* what;
    std::string directives;
    // What becomes of the address that the client has used.
    std::function<void(const httpd_server&, two_places&, named_site& used)> happens;
};

const place_case place_cases[]{
    {"it fails its health check", "V6FrontCheck uri=/health interval=100ms\n",
     [](const httpd_server& front, two_places& site, named_site& used) {
         used.fail();
         CHECK(lines_about(front, "V6F0112", site.text(used), 1) == 1);
     }},
    {"it takes no more connections, as others find out", "",
     [](const httpd_server& front, two_places& site, named_site& used) {
         used.refuse();
         await("that address to be out of use", [&] {
             user_agent other(front);
             CHECK(status_of(other) == 200);
             return front.error_log().find(site.text(used) + " is out of use") != std::string::npos;
         });
     }},
};

} // namespace

TEST_CASE("A connection with its client's name leads where others do", "[named_connections]")
{
    const way w = GENERATE(from_range(one_of_each_mpm()));
    const place_case& c = GENERATE(from_range(std::begin(place_cases), std::end(place_cases)));
    INFO(w << ": " << c.what);
    two_places site;
    httpd_server front(options_with(w, site.directives() + c.directives));
    user_agent client(front);
    auto& used = site.used(client);
    c.happens(front, site, used);
    const auto before = of_clients(used);
    for (int i = 0; i < 20; ++i)
        CHECK(&site.used(client) == &site.other(used));
    CHECK(of_clients(used) == before);
}

TEST_CASE("A client with a connection of its own is spread as others are", "[named_connections]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    two_places site;
    httpd_server front(options_with(w, site.directives()));
    user_agent client(front);
    for (int i = 0; i < 40; ++i)
        CHECK(status_of(client) == 200);
    CHECK(site.first.requests() > 0);
    CHECK(site.second.requests() > 0);
    CHECK(site.first.connections() == 1);
    CHECK(site.second.connections() == 1);
    // And on its way home, it leaves both.
    client.leave();
    CHECK(site.first.wait_for_open_connections(0));
    CHECK(site.second.wait_for_open_connections(0));
}

namespace
{

struct idle_case {
    const char* what;
    std::string keys; // of the route
    std::function<void(named_site&)> happens;
    std::size_t most_left;
    std::chrono::milliseconds within;
};

const idle_case idle_cases[]{
    {"nobody asks any more", "", [](named_site&) {}, 2, 6s},
    {"the route keeps one", " maxidle=1", [](named_site&) {}, 1, 1s},
    {"the site ends them", "", [](named_site& s) { s.end_sending(); }, 0, 2s},
};

} // namespace

TEST_CASE("Idle connections with a client's name are closed as others are", "[named_connections]")
{
    const way w = GENERATE(from_range(every_way()));
    const idle_case& c = GENERATE(from_range(std::begin(idle_cases), std::end(idle_cases)));
    INFO(w << ": " << c.what);
    named_site site;
    httpd_options options =
        options_with(w, "V6FrontProxyProtocol v1\nV6FrontPass / " + site.url() + c.keys);
    options.children = 1;
    options.threads = w.model == mpm::prefork ? 8 : 25;
    const httpd_server front(options);
    std::deque<user_agent> clients;
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 6; ++i)
        CHECK(status_of(clients.emplace_back(front)) == 200);
    if (std::string(c.keys).empty()) {
        const auto open = site.open_connections();
        // From then on those are closed that are more than a site needs.
        const bool late = std::chrono::steady_clock::now() - began > 2s;
        CHECK(open >= (w.model == mpm::prefork || late ? 1 : 6));
    }
    c.happens(site);
    CHECK(eventually([&] { return site.open_connections() <= c.most_left; }, patience(c.within)));
    for (auto& client : clients)
        CHECK(status_of(client) == 200);
}

TEST_CASE("A route that reuses no connection leaves the client's own alone", "[named_connections]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    named_site site;
    const httpd_server front(options_with(w, "V6FrontProxyProtocol v1\nV6FrontPass / " +
                                                 site.url() + "\nV6FrontPass /once/ " + site.url() +
                                                 " reuse=off"));
    user_agent client(front);
    CHECK(status_of(client) == 200);
    CHECK(status_of(client, "/once/x") == 200);
    CHECK(site.connections() == 2);
    CHECK(status_of(client) == 200);
    CHECK(site.connections() == 2);
}

TEST_CASE("mod_status's page counts idle connections of single clients", "[named_connections]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    named_site site;
    scripted_backend logins(identity_responder(ntlm));
    httpd_options options = options_with(
        w, "V6FrontPass /named/ " + site.url() + " proxyprotocol=v1\nV6FrontPass / " +
               logins.url() + "\n<Location /status>\nSetHandler server-status\n</Location>");
    options.modules.emplace_back("status");
    options.children = 1;
    const httpd_server front(options);
    const auto says = [&front](const std::string& line) {
        return get(front, "/status?auto").body.find(line) != std::string::npos;
    };
    CHECK(says("V6FrontClientsIdleByName: 0\n"));
    CHECK(says("V6FrontClientsIdleByLogin: 0\n"));
    user_agent client(front);
    CHECK(status_of(client, "/named/x") == 200);
    CHECK(eventually([&] { return says("V6FrontClientsIdleByName: 1\n"); }));
    CHECK(said(client, with("NTLM " + ntlm_negotiate())).status() == 401);
    CHECK(said(client, with("NTLM " + ntlm_authenticate("alice"))).body == alice);
    CHECK(eventually([&] { return says("V6FrontClientsIdleByLogin: 1\n"); }));
    client.leave();
    CHECK(eventually([&] { return says("V6FrontClientsIdleByName: 0\n"); }));
    CHECK(eventually([&] { return says("V6FrontClientsIdleByLogin: 0\n"); }));
}
