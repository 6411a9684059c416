// SPDX-License-Identifier: Apache-2.0
//
// v6front-status over the life of a server: several children, killed ones, graceful restarts.
#include "catch.hpp"
#include "deadline.hpp"
#include "private_network.hpp"
#include "reloading.hpp"
#include "scripted_backend.hpp"
#include "scripted_names.hpp"
#include "status_view.hpp"
#include "user_agent.hpp"

#include <csignal>
#include <list>

using namespace v6front;

namespace
{

scripted_backend::steps held()
{
    return {script::read_request(), script::gate("go"),
            script::answer([](const auto&) { return response("x"); }), script::again()};
}

double in_flight(const status_view& s, const scripted_backend& site)
{
    return number_at(s.site(site.authority()), "/in_flight");
}

double requests(const status_view& s, const scripted_backend& site)
{
    return number_at(s.address(site.authority(), site.authority()), "/requests/2xx");
}

} // namespace

TEST_CASE("v6front-status shows all children, and takes back what a killed one had",
          "[v6front_status]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend quick([](const auto&) { return response("x"); });
    scripted_backend site(held());
    auto options = options_for(w, "V6FrontPass /quick/ " + quick.url() + "\nV6FrontPass / " +
                                      site.url() + "\n" + status_location());
    options.children = 2;
    httpd_server front(options);
    for (int i = 0; i < 30; ++i)
        CHECK(get(front, "/quick/").status() == 200);
    std::list<user_agent> clients;
    for (int i = 0; i < 8; ++i)
        clients.emplace_back(front).send({"/"});
    status_view seen("{}");
    const bool shown = eventually_shown(front, seen, [&](const status_view& s) {
        return in_flight(s, site) == 8 && requests(s, quick) == 30 &&
               s.all().at("processes").as_array().size() == 2;
    });
    INFO(seen.text());
    REQUIRE(shown);
    for (const auto& p : seen.all().at("processes").as_array()) {
        CHECK(number_at(p, "/memory") > 1'000'000);
        CHECK(p.at("engines").as_array().empty() == !w.adopted());
    }
    for (const pid_t child : front.children())
        kill(child, SIGKILL);
    const bool taken_back = eventually([&] {
        try {
            seen = status_view::of(front);
        } catch (const std::exception&) {
            return false; // the child that took it was about to die
        }
        return in_flight(seen, site) == 0;
    });
    INFO(seen.text());
    CHECK(taken_back);
    CHECK(requests(seen, quick) == 30); // of children that are no more
    site.open("go");
}

TEST_CASE("v6front-status counts on over a graceful restart", "[v6front_status]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site(held()), quick([](const auto&) { return response("x"); });
    auto options = roomy(w, "V6FrontPass /quick/ " + quick.url() + "\nV6FrontPass / " + site.url() +
                                "\n" + status_location());
    httpd_server front(options);
    for (int i = 0; i < 5; ++i)
        CHECK(get(front, "/quick/").status() == 200);
    user_agent waits(front);
    waits.send({"/"});
    REQUIRE(site.wait_for_hits(1));
    const auto before = status_view::of(front);
    const auto old = front.children();
    front.graceful();
    REQUIRE(eventually([&] { return have_come(front, old); }));
    CHECK(get(front, "/quick/").status() == 200);
    status_view seen("{}");
    const bool counted = eventually_shown(front, seen, [&](const status_view& s) {
        return requests(s, quick) == 6 && number_at(s.all(), "/generation") == 1;
    });
    INFO(seen.text());
    CHECK(counted);
    // The old process is still there, and what it has in flight.
    CHECK(in_flight(seen, site) == 1);
    CHECK(number_at(seen.all(), "/counters_since") == number_at(before.all(), "/counters_since"));
    CHECK(number_at(seen.all(), "/started") == number_at(before.all(), "/started"));
    site.open("go");
    CHECK(waits.read_response().status() == 200);
    CHECK(eventually_shown(front, seen, [&](const status_view& s) {
        return in_flight(s, site) == 0 && requests(s, site) == 1;
    }));
    INFO(seen.text());
}

TEST_CASE("v6front-status shows what each engine has", "[v6front_status]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site([](const auto&) { return response("x"); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url() + "\n" + status_location()));
    std::list<user_agent> clients;
    for (int i = 0; i < 3; ++i) {
        clients.emplace_back(front).send({"/"});
        CHECK(clients.back().read_response().status() == 200);
    }
    status_view seen("{}");
    const bool shown = eventually_shown(front, seen, [&](const status_view& s) {
        double all = 0;
        for (const auto& p : s.all().at("processes").as_array())
            for (const auto& e : p.at("engines").as_array())
                all += number_at(e, "/connections");
        return all >= 3;
    });
    INFO(seen.text());
    CHECK(shown);
}

TEST_CASE("v6front-status shows names, and addresses that a site has left", "[v6front_status]")
{
    if (!private_network::possible("a site that moves, in v6front-status"))
        return;
    const private_network network;
    scripted_names names;
    const way w = GENERATE(from_range(one_of_each_mpm()));
    INFO(w);
    names.say("site.test", {.a = {"127.0.0.2"}});
    scripted_backend old_site(say("x"), 0, "127.0.0.2");
    scripted_backend new_site(say("x"), old_site.port(), "127.0.0.3");
    auto options = options_for_name(w, "site.test", old_site.port());
    options.global = "V6FrontResolve refresh=1 timeout=1\n";
    options.site += "\n" + status_location();
    httpd_server front(options);
    CHECK(get(front, "/").status() == 200);
    const auto backend = "http://site.test:" + std::to_string(old_site.port());
    status_view seen("{}");
    // Any child may answer, whether or not it knows the name.
    CHECK(eventually_shown(front, seen, [&](const status_view& s) {
        return text_at(s.address(backend, old_site.authority()), "/state") == "up" &&
               text_at(s.name("site.test"), "/state") == "found" &&
               number_at(s.name("site.test"), "/age") >= 0;
    }));
    INFO(seen.text());
    CHECK(seen.name("site.test").at("addresses").as_array().at(0) == "127.0.0.2");
    names.say("site.test", {.a = {"127.0.0.3"}});
    CHECK(new_site.hits() == 0);
    const bool moved = eventually_shown(front, seen, [&](const status_view& s) {
        CHECK(get(front, "/").status() == 200);
        return text_at(s.address(backend, old_site.authority()), "/state") == "former" &&
               text_at(s.address(backend, new_site.authority()), "/state") == "up";
    });
    CHECK(moved);
    CHECK(number_at(seen.address(backend, old_site.authority()), "/requests/2xx") >= 1);
}
