// SPDX-License-Identifier: Apache-2.0
//
// A site that has become slow: a limited number of requests is with it, few more wait, and not for
// long; everybody else is told at once, and other sites are served.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "watching.hpp"
#include "ways.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <optional>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

scripted_backend::steps held()
{
    using namespace script;
    return {read_request(), gate("go"), send(response("ok")), again()};
}

struct bench {
    explicit bench(const way& w) : how(w), front(options(w)) {}

    httpd_options options(const way& w)
    {
        httpd_options o = options_for(
            w, "V6FrontPass /few/ " + few.url() + " max=2 queue=2\n" + "V6FrontPass /soon/ " +
                   soon.url() + " max=1 queue=1 connect=300ms\n" + "V6FrontPass /left/ " +
                   left.url() + " max=1 queue=1\n" + "V6FrontPass /slow/ " + slow.url() +
                   " max=3 queue=0\n" + "V6FrontPass /lost/ " + lost.url() + " max=1 queue=0\n" +
                   "V6FrontPassMatch ^/(one|first)/ " + one.url() + "$1/ max=1 queue=0\n" +
                   "V6FrontPass /quick/ " + quick.url() + "\n");
        if (w.model != mpm::prefork) {
            o.children = 2;
            o.threads = 5;
        }
        return o;
    }

    raw_client& begin(const std::string& path)
    {
        clients.emplace_back(front.port(), client_for(front));
        clients.back().send(request_text({path}));
        return clients.back();
    }
    unsigned finish_all(int status)
    {
        const auto n = std::count_if(clients.begin(), clients.end(), [status](raw_client& c) {
            return c.read_response().status() == status;
        });
        clients.clear();
        return static_cast<unsigned>(n);
    }

    std::size_t lines_for(const std::string& path) const
    {
        const auto lines = front.access_log();
        return static_cast<std::size_t>(
            std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
                return line.find(path) != std::string::npos;
            }));
    }
    raw_client the_one_in_the_queue();

    void bounded_in_flight_and_in_the_queue();
    void nobody_waits_for_long();
    void who_leaves_makes_room();
    void by_regular_expression();
    void others_are_served();
    void what_a_killed_child_had_is_taken_back();

    const way& how;
    scripted_backend few{held()}, soon{held()}, left{held()}, slow{held()}, lost{held()},
        one{held()}, quick{[](const received_request&) { return response("ok"); }};
    httpd_server front;
    std::vector<raw_client> clients;
    std::size_t asked_left = 0;
};

void bench::bounded_in_flight_and_in_the_queue()
{
    for (int i = 0; i < 5; ++i)
        begin("/few/");
    CHECK(few.wait_for_hits(2));
    // Two are with the site and two wait, wherever they have come in; one is told at once, and
    // which of those that come at the same time that is, nobody can say.
    std::vector<raw_client>::iterator told;
    await("a refusal", [&] {
        told = std::find_if(clients.begin(), clients.end(),
                            [](raw_client& c) { return c.has_input(); });
        return told != clients.end();
    });
    const http_message refused = told->read_response();
    clients.erase(told);
    CHECK(refused.status() == 503);
    CHECK(refused.value("Retry-After") == "1");
    CHECK(few.hits() == 2);
    few.open("go");
    CHECK(finish_all(200) == 4);
    CHECK(front.error_log().find("max=2, queue=2") != std::string::npos);
}

void bench::nobody_waits_for_long()
{
    begin("/soon/");
    CHECK(soon.wait_for_hits(1));
    const auto began = std::chrono::steady_clock::now();
    CHECK(get(front, "/soon/").status() == 503);
    const auto waited = std::chrono::steady_clock::now() - began;
    CHECK(waited >= 300ms);
    CHECK(waited < patience(1500ms));
    soon.open("go");
    CHECK(finish_all(200) == 1);
    CHECK(get(front, "/soon/").status() == 200);
}

// A client in the one place of the queue of /left/, whose site has a request. Of two that come at
// the same time, which one gets it nobody can say, but the other is refused.
raw_client bench::the_one_in_the_queue()
{
    std::optional<raw_client> waiting;
    await("a client in the queue", [&] {
        // Each request that has ended is a line in the log: all but the one that the site has.
        await("an empty queue", [&] { return lines_for("/left/") == asked_left - 1; });
        waiting.emplace(front.port(), client_for(front));
        raw_client other(front.port(), client_for(front));
        for (raw_client* c : {&*waiting, &other}) {
            c->send(request_text({"/left/"}));
            ++asked_left;
        }
        await("a refusal", [&] { return waiting->has_input() || other.has_input(); });
        return other.has_input() && other.read_response().status() == 503;
    });
    return std::move(*waiting);
}

void bench::who_leaves_makes_room()
{
    begin("/left/");
    asked_left = 1;
    CHECK(left.wait_for_hits(1));
    the_one_in_the_queue().close();
    clients.push_back(the_one_in_the_queue());
    left.open("go");
    CHECK(finish_all(200) == 2);
}

void bench::by_regular_expression()
{
    begin("/one/");
    CHECK(one.wait_for_hits(1));
    CHECK(one.request(0).message.target() == "/one/");
    CHECK(get(front, "/first/").status() == 503); // one rule, one limit
    CHECK(one.hits() == 1);
    one.open("go");
    CHECK(finish_all(200) == 1);
    CHECK(get(front, "/first/").status() == 200);
}

void bench::others_are_served()
{
    for (int i = 0; i < 20; ++i)
        begin("/slow/");
    CHECK(slow.wait_for_hits(3));
    // Whoever is refused is told at once, and leaves.
    unsigned refused = 0;
    await("17 refusals", [&] {
        refused += static_cast<unsigned>(std::erase_if(clients, [](raw_client& c) {
            return c.has_input() && c.read_response().status() == 503;
        }));
        return refused == 17;
    });
    std::chrono::milliseconds longest{0};
    for (int i = 0; i < 20; ++i) {
        const auto began = std::chrono::steady_clock::now();
        CHECK(get(front, "/quick/").status() == 200);
        longest = std::max(longest, std::chrono::duration_cast<std::chrono::milliseconds>(
                                        std::chrono::steady_clock::now() - began));
    }
    std::cout << "beside a site that hangs, with 20 clients at it (" << how
              << "): 20 requests for another, the longest took " << longest.count() << " ms"
              << std::endl;
    CHECK(longest < patience(1s));
    CHECK(slow.hits() == 3);
    slow.open("go");
    CHECK(finish_all(200) == 3);
}

void bench::what_a_killed_child_had_is_taken_back()
{
    begin("/lost/");
    CHECK(lost.wait_for_hits(1));
    CHECK(get(front, "/lost/").status() == 503);
    const auto before = front.children();
    for (const pid_t child : before)
        kill(child, SIGKILL);
    clients.clear();
    lost.open("go");
    await("a place that a killed child had", [&] {
        try {
            return get(front, "/lost/").status() == 200;
        } catch (const std::exception&) {
            return false; // no child listens yet, or the one that took it was about to die
        }
    });
    CHECK(get(front, "/lost/").status() == 200);
}

} // namespace

TEST_CASE("A route with a limit", "[overload]")
{
    const way w = GENERATE(from_range(one_of_each_mpm()));
    INFO(w);
    bench b(w);
    b.bounded_in_flight_and_in_the_queue();
    b.nobody_waits_for_long();
    if (w.adopted()) { // a borrowed thread does not see its client leave
        b.who_leaves_makes_room();
    }
    b.by_regular_expression();
    b.others_are_served();
    b.what_a_killed_child_had_is_taken_back();
}
