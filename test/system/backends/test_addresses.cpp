// SPDX-License-Identifier: Apache-2.0
//
// A site with several addresses, of which some fail: no request does, and few of them wait.
#include "addresses.hpp"
#include "catch.hpp"
#include "deadline.hpp"
#include "watching.hpp"

#include <atomic>
#include <csignal>
#include <future>
#include <sstream>

using namespace v6front;
using namespace std::chrono_literals;
using place = twin_site::place;

namespace
{

std::string text(const tally& t)
{
    std::ostringstream out;
    out << t;
    return out.str();
}

// Of so many, as many as a tool that watches the server may make slow.
unsigned slow_by_itself(unsigned asked)
{
    return slowness() > 1 ? asked : 0;
}

// The machine itself may hold up a request: who waits for an address does so each time.
tally ask_until_quick(const httpd_server& front, const std::string& path, unsigned times,
                      unsigned most_slow)
{
    tally last;
    unsigned failed = 0;
    eventually([&] {
        last = ask_often(front, path, times);
        failed += last.failed;
        return failed > 0 || last.slow <= most_slow;
    });
    last.failed = failed;
    return last;
}

const char* const went_out = "V6F0110";
const char* const came_back = "V6F0111";

// One server of two children for all cases of a way: what one child learns, the other knows.
struct bench {
    explicit bench(const way& w) : how(w), front(options(w)) {}

    httpd_options options(const way& w)
    {
        std::string site;
        for (const twin_site* s : {&refusing, &silent, &down, &killed, &dying, &even, &closing})
            site += s->directives();
        httpd_options o = options_for(w, site);
        o.children = w.model == mpm::prefork ? 1 : 2;
        return o;
    }

    void one_refuses();
    void one_is_silent();
    void all_are_down();
    void one_is_killed_under_load();
    void a_child_dies();
    void spread_by_what_is_in_flight();
    void one_closes_without_a_response();

    const way& how;
    twin_site refusing{"refusing.test"}, silent{"silent.test"}, down{"down.test"},
        killed{"killed.test"}, dying{"dying.test"}, even{"even.test"}, closing{"closing.test"};
    httpd_server front;
};

void bench::one_refuses()
{
    twin_site& site = refusing;
    site.start(place::first);
    const tally all = ask_until_quick(front, site.path(), 40, slow_by_itself(40));
    print_figure(how, "one of two addresses refuses", text(all));
    CHECK(all.failed == 0);
    CHECK(all.slow <= slow_by_itself(40));
    CHECK(lines_about(front, went_out, site.address_and_port(place::second), 1) == 1);

    const auto back = std::chrono::steady_clock::now();
    site.start(place::second);
    CHECK(lines_about(front, came_back, site.address_and_port(place::second), 1) == 1);
    CHECK(std::chrono::steady_clock::now() - back < patience(1s));
    await("requests at the address that is back", [&] {
        get(front, site.path());
        return site.at(place::second).hits() > 0;
    });
}

void bench::one_is_silent()
{
    twin_site& site = silent;
    site.start(place::first);
    site.silence(place::second);
    const tally all = ask_until_quick(front, site.path(), 40, 1 + slow_by_itself(40));
    print_figure(how, "one of two addresses is silent", text(all));
    CHECK(all.failed == 0);
    // A quarter of a second, once: the one that found it out.
    CHECK(all.slow <= 1 + slow_by_itself(40));
    CHECK(all.longest < patience(1s));
    CHECK(lines_about(front, went_out, site.address_and_port(place::second), 1) == 1);

    const auto back = std::chrono::steady_clock::now();
    site.start(place::second);
    CHECK(lines_about(front, came_back, site.address_and_port(place::second), 1) == 1);
    CHECK(std::chrono::steady_clock::now() - back < patience(1s));
}

void bench::all_are_down()
{
    twin_site& site = down;
    const tally all = ask_often(front, site.path(), 10);
    CHECK(all.failed == 10);
    CHECK(all.longest < patience(1s)); // refused, not waited for
    CHECK(lines_about(front, went_out, site.address_and_port(place::first), 1) == 1);
    CHECK(lines_about(front, went_out, site.address_and_port(place::second), 1) == 1);
    site.start(place::second);
    const auto first_success = time_to_success(front, site.path());
    print_figure(how, "all were down, the first success after one is back",
                 std::to_string(first_success.count()) + " ms");
    CHECK(first_success < patience(1s));
}

void bench::one_is_killed_under_load()
{
    twin_site& site = killed;
    site.start(place::first);
    site.start(place::second);
    std::atomic<bool> enough{false};
    std::vector<tally> tallies(4);
    std::vector<std::future<void>> clients;
    for (tally& own : tallies) {
        clients.push_back(std::async(std::launch::async, [&] {
            while (!enough)
                own.add(ask_often(front, site.path(), 1));
        }));
    }
    CHECK(site.at(place::second).wait_for_hits(20));
    site.stop(place::second);
    CHECK(site.at(place::first).wait_for_hits(site.at(place::first).hits() + 50));
    site.start(place::second);
    CHECK(site.at(place::second).wait_for_hits(20));
    enough = true;
    tally all;
    for (std::size_t i = 0; i < clients.size(); ++i) {
        clients[i].get();
        all.add(tallies[i]);
    }
    print_figure(how, "one of two is killed and restarted under load", text(all));
    CHECK(all.failed == 0);
}

void bench::a_child_dies()
{
    twin_site& site = dying;
    site.start(place::first);
    site.silence(place::second);
    ask_often(front, site.path(), 10);
    CHECK(lines_about(front, went_out, site.address_and_port(place::second), 1) == 1);
    const auto before = front.children();
    for (const pid_t child : before)
        kill(child, SIGKILL);
    await("new children", [&] {
        const auto now = front.children();
        return !now.empty() && std::none_of(now.begin(), now.end(), [&](pid_t child) {
            return std::find(before.begin(), before.end(), child) != before.end();
        });
    });
    CHECK(get(front, site.path()).status() == 200); // whatever the start of a child takes
    const tally all = ask_until_quick(front, site.path(), 20, slow_by_itself(20));
    print_figure(how, "one is silent, and all children were killed", text(all));
    CHECK(all.failed == 0);
    CHECK(all.slow <= slow_by_itself(20));
    CHECK(lines_about(front, went_out, site.address_and_port(place::second), 1) == 1);
    // And somebody still looks after it.
    site.start(place::second);
    await("requests at the address that is back", [&] {
        get(front, site.path());
        return site.at(place::second).hits() > 0;
    });
    CHECK(lines_about(front, came_back, site.address_and_port(place::second), 1) == 1);
}

void bench::spread_by_what_is_in_flight()
{
    using namespace script;
    twin_site& site = even;
    const scripted_backend::steps held{read_request(), gate("go"), send(response("ok")), again()};
    site.start(place::first, held);
    site.start(place::second, held);
    const auto hits = [&] { return site.at(place::first).hits() + site.at(place::second).hits(); };
    std::vector<raw_client> clients;
    for (std::size_t i = 1; i <= 12; ++i) {
        clients.emplace_back(front.port(), client_for(front));
        clients.back().send(request_text({site.path()}));
        await("a request at the site", [&] { return hits() == i; });
    }
    // Each of the two children counts its own, so that each may be off by one.
    CHECK(site.at(place::first).hits() >= 5);
    CHECK(site.at(place::second).hits() >= 5);
    site.at(place::first).open("go");
    site.at(place::second).open("go");
    for (raw_client& client : clients)
        CHECK(client.read_response().status() == 200);
}

void bench::one_closes_without_a_response()
{
    using namespace script;
    twin_site& site = closing;
    site.start(place::first);
    site.start(place::second, {read_request(), script::close()});
    const auto hits = [&] { return site.at(place::second).hits(); };
    // What may have been done already is not done again.
    await("a POST that meets the one that closes", [&] {
        return ask(front, {.target = site.path(), .method = "POST", .body = "x"}).status() == 502;
    });
    // Only now and then is it asked again, by one request that is then repeated elsewhere.
    unsigned failed = 0;
    await("that address to be out of use", [&] {
        failed += get(front, site.path()).status() != 200;
        return hits() >= 3;
    });
    CHECK(failed == 0);
    CHECK(lines_about(front, went_out, site.address_and_port(place::second), 1) == 1);
    const auto before = hits();
    const tally all = ask_often(front, site.path(), 40);
    print_figure(how, "one of two addresses closes without a response", text(all));
    CHECK(all.failed == 0);
    CHECK(hits() <= before + (slowness() > 1 ? 3u : 1u));
    // A response brings it back, though it be of the kind that nobody wants.
    site.start(place::second, {read_request(), send(response("no", "", "500 Oops")), again()});
    await("a response of that address", [&] { return get(front, site.path()).status() == 500; });
    CHECK(lines_about(front, came_back, site.address_and_port(place::second), 1) == 1);

    // That a site closes a kept connection over a request says nothing about its address.
    site.start(place::second,
               {read_request(), send(response("ok")), read_request(), script::close()});
    CHECK(ask_often(front, site.path(), 60).failed == 0);
    CHECK(hits() > 7);
    CHECK(lines_about(front, went_out, site.address_and_port(place::second), 1) == 1);
}

} // namespace

TEST_CASE("A site with several addresses", "[addresses]")
{
    const way w = GENERATE(from_range(one_of_each_mpm()));
    INFO(w);
    bench b(w);
    b.one_refuses();
    b.one_is_silent();
    b.all_are_down();
    b.one_is_killed_under_load();
    b.a_child_dies();
    if (w.model != mpm::prefork) { // a process each, and none knows what another has in flight
        b.spread_by_what_is_in_flight();
    }
    b.one_closes_without_a_response();
}
