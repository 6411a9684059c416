// SPDX-License-Identifier: Apache-2.0
//
// What the handler v6front-status says after known traffic: of requests, failures, addresses and
// queues, however requests are run.
#include "addresses.hpp"
#include "catch.hpp"
#include "deadline.hpp"
#include "https_site.hpp"
#include "status_view.hpp"
#include "user_agent.hpp"

#include <list>

using namespace v6front;
using place = twin_site::place;

namespace
{

// A site for each way to fail, and one that answers.
struct status_bench {
    explicit status_bench(const way& w) : front(options(w)) {}

    httpd_options options(const way& w)
    {
        const auto rule = [](const std::string& path, const scripted_backend& site,
                             const std::string& keys = {}) {
            return "V6FrontPass /" + path + "/ " + site.url() + " " + keys + "\n";
        };
        auto o =
            options_for(w, rule("good", good) + rule("garbage", garbage) +
                               rule("slow", slow, "response=300ms") + rule("shut", shut) +
                               "V6FrontPass /none/ http://127.0.0.1:" + std::to_string(nobody) +
                               "/\nV6FrontPass /gone/ http://gone.test/\n"
                               "V6FrontPass /trap/ http://six.test/\n" +
                               status_location());
        return o;
    }
    // Asks so often, and says which status came.
    void ask(const std::string& path, int status, int times = 1)
    {
        for (int i = 0; i < times; ++i) {
            INFO(path);
            CHECK(get(front, path).status() == status);
        }
    }

    const std::uint16_t nobody = free_port();
    scripted_backend good{[](const received_request& r) {
        return r.message.target().ends_with("missing") ? response("", {}, "404 Not Found")
                                                       : response("12345");
    }};
    scripted_backend garbage{
        {script::read_request(), script::send("SSH-2.0-x\r\n\r\n"), script::close()}};
    scripted_backend slow{{script::read_request(), script::read_end()}};
    scripted_backend shut{{script::read_request(), script::close()}};
    httpd_server front;
};

struct failing_case {
    const char* path;
    std::uint16_t (*port)(const status_bench&); // of its backend; 0: no address is reached
    const char* backend;                        // where that is not it
    int status;                                 // that the client gets
    const char* reason;
};
const failing_case failing_cases[] = {
    {"/none/", [](const status_bench& b) { return b.nobody; }, "", 502, "connect_refused"},
    {"/garbage/", [](const status_bench& b) { return b.garbage.port(); }, "", 502, "bad_response"},
    {"/slow/", [](const status_bench& b) { return b.slow.port(); }, "", 504, "response_timed_out"},
    {"/shut/", [](const status_bench& b) { return b.shut.port(); }, "", 502, "no_response"},
    {"/gone/", nullptr, "http://gone.test", 502, "name_not_found"},
};

} // namespace

TEST_CASE("v6front-status counts requests by address and status, and failures by reason",
          "[v6front_status]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    status_bench b(w);
    b.ask("/good/", 200, 5);
    b.ask("/good/missing", 404, 2);
    for (const auto& c : failing_cases)
        for (int i = 0; i < 2; ++i) {
            INFO(c.path);
            CHECK(get(b.front, c.path).status() == c.status);
        }
    status_view seen("{}");
    const auto good = ":" + std::to_string(b.good.port());
    const bool counted = eventually_shown(b.front, seen, [&](const status_view& s) {
        return number_at(s.address(good, "127.0.0.1" + good), "/requests/2xx") == 5 &&
               number_at(s.address("gone.test", ""), "/requests/5xx") == 2;
    });
    INFO(seen.text());
    REQUIRE(counted);
    const auto at_good = seen.address(good, "127.0.0.1" + good);
    CHECK(number_at(at_good, "/requests/4xx") == 2);
    CHECK(number_at(at_good, "/octets/received") == 25);
    CHECK(number_at(at_good, "/latency/total/count") == 7);
    CHECK(number_at(at_good, "/latency/first_byte/count") == 7);
    CHECK(number_at(at_good, "/connections/new") + number_at(at_good, "/connections/reused") == 7);
    CHECK(number_at(at_good, "/latency/connect/count") == number_at(at_good, "/connections/new"));
    CHECK(number_at(at_good, "/connections/in_use") == 0);
    CHECK(text_at(at_good, "/state") == "up");
    CHECK(number_at(at_good, "/since") <= number_at(seen.all(), "/now"));
    CHECK(number_at(at_good, "/since") >= number_at(seen.all(), "/counters_since"));
    CHECK(at_good.at("failures").as_object().empty());
    for (const auto& c : failing_cases) {
        INFO(c.path);
        const auto port = c.port ? ":" + std::to_string(c.port(b)) : std::string();
        const auto at =
            c.port ? seen.address(port, "127.0.0.1" + port) : seen.address(c.backend, "");
        CHECK(number_at(at, std::string("/failures/") + c.reason) == 2);
        CHECK(number_at(at, std::string("/attempt_failures/") + c.reason) >= 2);
        CHECK(number_at(at, "/requests/" + std::to_string(c.status / 100) + "xx") == 2);
        if (!c.port)
            continue;
        CHECK(text_at(at, "/state") == "failing");
        CHECK(text_at(at, "/reason") == c.reason);
        CHECK_FALSE(text_at(at, "/why").empty());
    }
    CHECK(text_at(seen.name("gone.test"), "/state") == "failing");
    CHECK(text_at(seen.name("gone.test"), "/reason") == "name_not_found");
}

TEST_CASE("v6front-status counts a response that is cut off by its status, and as a failure",
          "[v6front_status]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    scripted_backend site({script::read_request(),
                           script::send("HTTP/1.1 203 OK\r\nContent-Length: 10\r\n\r\n12345"),
                           script::gate("cut"), script::close()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url() + "\n" + status_location()));
    user_agent client(front);
    client.send({"/"});
    CHECK(client.read_head().status() == 203);
    site.open("cut");
    CHECK(client.read_response().truncated());
    status_view seen("{}");
    const bool counted = eventually_shown(front, seen, [&](const status_view& s) {
        return number_at(s.address(site.authority(), site.authority()),
                         "/failures/response_body_cut") == 1;
    });
    INFO(seen.text());
    CHECK(counted);
    const auto at = seen.address(site.authority(), site.authority());
    CHECK(number_at(at, "/requests/2xx") == 1);
    CHECK(number_at(at, "/octets/received") == 5);
    CHECK(number_at(at, "/attempt_failures/response_body_cut") == 1);
    CHECK(number_at(at, "/latency/first_byte/count") == 1);
}

TEST_CASE("v6front-status counts a client that leaves, and a tunnel", "[v6front_status]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site({script::read_request(), script::read_end()});
    scripted_backend tunnel({script::read_request(),
                             script::send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n"
                                          "Connection: upgrade\r\n\r\n"),
                             script::close()});
    httpd_server front(options_for(w, "V6FrontPass /tunnel/ " + tunnel.url() + "\nV6FrontPass / " +
                                          site.url() + "\n" + status_location()));
    user_agent client(front);
    client.send({"/"});
    REQUIRE(site.wait_for_hits(1));
    client.leave();
    raw_client upgraded(front.port(), client_for(front));
    question q{"/tunnel/"};
    q.fields = {{"Upgrade", "x"}, {"Connection", "upgrade"}};
    upgraded.send(request_text(q));
    REQUIRE(tunnel.wait_for_hits(1));
    upgraded.close();
    status_view seen("{}");
    const bool counted = eventually_shown(front, seen, [&](const status_view& s) {
        return number_at(s.address(site.authority(), site.authority()), "/requests/none") == 1 &&
               number_at(s.address(tunnel.authority(), tunnel.authority()), "/requests/1xx") == 1;
    });
    INFO(seen.text());
    CHECK(counted);
    const auto left = seen.address(site.authority(), site.authority());
    CHECK(number_at(left, "/failures/client_gone") == 1);
    CHECK(left.at("attempt_failures").as_object().empty()); // no fault of the site
    CHECK(text_at(left, "/state") != "failing");
    const auto passed = seen.address(tunnel.authority(), tunnel.authority());
    CHECK(number_at(passed, "/latency/total/count") == 0);
    CHECK(number_at(passed, "/latency/first_byte/count") == 1);
}

TEST_CASE("v6front-status shows requests in flight, and those that wait", "[v6front_status]")
{
    const way w = GENERATE(from_range(one_of_each_mpm()));
    INFO(w);
    scripted_backend site({script::read_request(), script::gate("go"),
                           script::answer([](const auto&) { return response("x"); }),
                           script::again()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url() +
                                          " max=2 queue=5 connect=20s\n" + status_location()));
    std::list<user_agent> clients;
    for (int i = 0; i < 4; ++i)
        clients.emplace_back(front).send({"/"});
    status_view seen("{}");
    const bool shown = eventually_shown(front, seen, [&](const status_view& s) {
        const auto at = s.site(site.authority());
        return number_at(at, "/in_flight") == 4 && number_at(at, "/waiting") == 2 &&
               number_at(s.address(site.authority(), site.authority()), "/connections/in_use") == 2;
    });
    INFO(seen.text());
    CHECK(shown);
    const auto limit = seen.site(site.authority()).at("limits").as_array().at(0);
    CHECK(number_at(limit, "/max") == 2);
    CHECK(number_at(limit, "/in_flight") == 2);
    CHECK(number_at(limit, "/queue") == 5);
    CHECK(number_at(limit, "/waiting") == 2);
    site.open("go");
    for (auto& client : clients)
        CHECK(client.read_response().status() == 200);
    CHECK(eventually_shown(front, seen, [&](const status_view& s) {
        const auto at = s.site(site.authority());
        return number_at(at, "/in_flight") == 0 && number_at(at, "/waiting") == 0;
    }));
}

TEST_CASE("v6front-status says which address is avoided, since when and why", "[v6front_status]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    twin_site twin("twin.test");
    twin.start(place::first);
    twin.start(place::second);
    httpd_server front(options_for(w, twin.directives() + status_location()));
    const auto name = "twin.test:" + std::to_string(twin.port());
    const auto second = twin.address_and_port(place::second);
    status_view seen("{}");
    twin.stop(place::second);
    const bool avoided = eventually_shown(front, seen, [&](const status_view& s) {
        CHECK(get(front, twin.path()).status() == 200);
        return text_at(s.address(name, second), "/state") == "avoided";
    });
    INFO(seen.text());
    REQUIRE(avoided);
    const auto at = seen.address(name, second);
    CHECK(text_at(at, "/reason") == "connect_refused");
    CHECK(text_at(at, "/why") == "the backend refused the connection");
    CHECK(number_at(at, "/ejections") == 1);
    CHECK(number_at(at, "/attempt_failures/connect_refused") >= 1);
    CHECK(at.at("failures").as_object().empty()); // the other one has served all
    const auto age = number_at(seen.all(), "/now") - number_at(at, "/since");
    CHECK(age >= 0);
    CHECK(age < 3 * std::chrono::duration<double>(patience()).count());
    CHECK(text_at(seen.address(name, twin.address_and_port(place::first)), "/state") == "up");
    twin.start(place::second);
    CHECK(eventually_shown(front, seen, [&](const status_view& s) {
        get(front, twin.path());
        return text_at(s.address(name, second), "/state") == "up";
    }));
    CHECK(number_at(seen.address(name, second), "/ejections") == 1);
    // Where both fail, both are used.
    twin.stop(place::first);
    twin.stop(place::second);
    CHECK(eventually_shown(front, seen, [&](const status_view& s) {
        get(front, twin.path());
        return text_at(s.address(name, second), "/state") == "failing" &&
               text_at(s.address(name, twin.address_and_port(place::first)), "/state") == "failing";
    }));
}

TEST_CASE("v6front-status shows health checks", "[v6front_status]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    twin_site twin("twin.test");
    twin.start(place::first);
    twin.start(place::second,
               {script::read_request(), script::send(response("", {}, "503 Service Unavailable")),
                script::close()});
    httpd_server front(options_for(
        w, twin.directives() + "V6FrontCheck twin.test uri=/ interval=1s\n" + status_location()));
    const auto name = "twin.test:" + std::to_string(twin.port());
    const auto second = twin.address_and_port(place::second);
    status_view seen("{}");
    const bool failing = eventually_shown(front, seen, [&](const status_view& s) {
        return text_at(s.address(name, second), "/check/state") == "failing" &&
               number_at(s.address(name, twin.address_and_port(place::first)), "/check/passed") > 0;
    });
    INFO(seen.text());
    REQUIRE(failing);
    const auto at = seen.address(name, second);
    CHECK(text_at(at, "/state") == "avoided");
    CHECK(text_at(at, "/reason") == "check");
    CHECK(text_at(at, "/why") == "health check: status 503");
    CHECK(text_at(at, "/check/why") == "status 503");
    CHECK(number_at(at, "/check/failed") >= 2);
    CHECK(number_at(at, "/check/last") > 0);
    CHECK(number_at(at, "/ejections") == 1);
    CHECK(text_at(seen.address(name, twin.address_and_port(place::first)), "/check/state") ==
          "passing");
}

TEST_CASE("v6front-status counts TLS with the site", "[v6front_status]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    https_site site([](const auto&) { return response("x"); });
    https_site untrusted([](const auto&) { return response("x"); });
    httpd_server front(options_for(w, site.directives("reuse=off") + "V6FrontPass /bad/ " +
                                          untrusted.relay.url() + "\n" + status_location()));
    const auto backend = [](const https_site& s) {
        return s.relay.url().substr(0, s.relay.url().size() - 1);
    };
    for (int i = 0; i < 4; ++i)
        CHECK(get(front, "/").status() == 200);
    CHECK(get(front, "/bad/").status() == 502);
    status_view seen("{}");
    const bool counted = eventually_shown(front, seen, [&](const status_view& s) {
        const auto at = s.site(backend(site)).at("addresses").as_array().at(0);
        const auto bad = s.site(backend(untrusted)).at("addresses").as_array().at(0);
        return number_at(at, "/requests/2xx") == 4 && number_at(bad, "/requests/5xx") == 1;
    });
    INFO(seen.text());
    REQUIRE(counted);
    const auto at = seen.site(backend(site)).at("addresses").as_array().at(0);
    CHECK(number_at(at, "/tls/handshakes") == 4);
    CHECK(number_at(at, "/tls/resumed") == 3);
    CHECK(number_at(at, "/connections/new") == 4);
    CHECK(number_at(at, "/connections/reused") == 0);
    const auto bad = seen.site(backend(untrusted)).at("addresses").as_array().at(0);
    CHECK(number_at(bad, "/failures/untrusted_certificate") == 1);
    CHECK(number_at(bad, "/tls/handshakes") == 0);
    CHECK(text_at(bad, "/state") == "failing");
}
