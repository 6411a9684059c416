// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/backends/pool.hpp"

#include "unit/loopback.hpp"

#include <deque>
#include <thread>

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

using clock = std::chrono::steady_clock;

struct idle_bench {
    asio::io_context context;
    deadline_list deadlines{context};
    pool idle;

    ~idle_bench() { idle.close_all(); }
    bool has_idle(std::size_t n)
    {
        return until(context, [&] { return idle.idle() == n; });
    }
};

} // namespace

TEST_CASE("no more connections are kept than were in use at once, and two", "[pool]")
{
    idle_bench b;
    std::deque<wire> wires;
    {
        std::deque<lease> used;
        for (std::size_t i = 0; i < 5; ++i)
            used.emplace_back(b.idle, wires.emplace_back(b.context, b.deadlines, loopback(1)).near);
        for (auto& l : used)
            l.give_back();
    }
    CHECK(b.idle.idle() == 5);
    for (std::size_t i = 0; i < 3; ++i)
        b.idle.put(wires.emplace_back(b.context, b.deadlines, loopback(1)).near);
    // The one that was used longest ago went for the one that came last.
    CHECK(b.idle.idle() == 5 + site_usage::least_kept);
    CHECK_FALSE(wires.front().is_open());
    CHECK(wires.back().is_open());
    // The operator's own limit.
    b.idle.put(wires.emplace_back(b.context, b.deadlines, loopback(1)).near, 3);
    CHECK(b.idle.idle() == 3);
    CHECK(wires.back().is_open());
}

TEST_CASE("what was in use at once and is idle since shrinks to two", "[pool]")
{
    idle_bench b;
    std::deque<wire> wires;
    const auto start = clock::now();
    {
        std::deque<lease> used;
        for (std::size_t i = 0; i < 9; ++i)
            used.emplace_back(b.idle, wires.emplace_back(b.context, b.deadlines, loopback(1)).near);
        for (auto& l : used)
            l.give_back();
    }
    REQUIRE(until(b.context, [&] { return b.idle.idle() == site_usage::least_kept; }));
    CHECK(clock::now() - start < 4 * site_usage::shrink_time);
    CHECK(b.idle.usage().idle(b.idle.usage().find(loopback(1))) == site_usage::least_kept);
}

TEST_CASE("engines that share a site's count share its idle connections", "[pool]")
{
    idle_bench b;
    site_usage shared;
    pool one{{}, pool::idle_are::watched, &shared}, two{{}, pool::idle_are::left_alone, &shared};
    std::deque<wire> wires;
    for (int i = 0; i < 4; ++i) {
        one.put(wires.emplace_back(b.context, b.deadlines, loopback(1)).near);
        two.put(wires.emplace_back(b.context, b.deadlines, loopback(1)).near);
    }
    CHECK(one.idle() + two.idle() == site_usage::least_kept);
    one.put(wires.emplace_back(b.context, b.deadlines, loopback(2)).near); // another site
    CHECK(one.idle() + two.idle() == site_usage::least_kept + 1);
    one.close_all();
    two.close_all();
    CHECK(shared.idle(shared.find(loopback(1))) == 0);
}

TEST_CASE("an idle connection that somebody waits for is closed, one for each", "[pool]")
{
    idle_bench b;
    site_usage shared;
    pool one{{}, pool::idle_are::watched, &shared}, two{{}, pool::idle_are::left_alone, &shared};
    wire first(b.context, b.deadlines, loopback(1)), second(b.context, b.deadlines, loopback(1)),
        third(b.context, b.deadlines, loopback(1));
    const auto at = shared.find(loopback(1));
    one.put(first.near);
    two.put(second.near);
    CHECK(shared.ask(at));
    CHECK_FALSE(shared.ask(at)); // not so soon again
    REQUIRE(until(b.context, [&] { return one.idle() + two.idle() == 1; }));
    two.look_over();
    CHECK(one.idle() + two.idle() == 1);
    // One that comes back meanwhile does as well.
    REQUIRE(until(b.context, [&] { return shared.ask(at); }));
    two.put(third.near);
    CHECK_FALSE(third.is_open());
    CHECK_FALSE(shared.take_asked(at));
    one.close_all();
    two.close_all();
}

TEST_CASE("which idle connection a request takes that cannot be repeated", "[pool]")
{
    struct row {
        std::string_view what;
        std::chrono::seconds promised;
        std::chrono::milliseconds seen, idle;
        bool taken;
    };
    idle_bench b;
    for (const row& r : {row{"nothing known, at once", 0s, 0ms, 0ms, true},
                         {"nothing known, after a moment", 0s, 0ms, 60ms, true},
                         {"seen to close after 200 ms, at once", 0s, 200ms, 0ms, true},
                         {"seen to close after 200 ms, after 60", 0s, 200ms, 60ms, false},
                         {"seen to close at once", 0s, 1ms, 10ms, false},
                         {"seen to close at once, at once", 0s, 1ms, 0ms, false},
                         {"promised, after a moment", 5s, 0ms, 60ms, true},
                         {"promised, and kept", 5s, 5000ms, 60ms, true},
                         {"promised, and broken", 5s, 100ms, 60ms, false}}) {
        INFO(r.what);
        pool idle;
        const auto at = idle.usage().find(loopback(1));
        if (r.seen > 0ms)
            idle.usage().note_closed(at, r.seen);
        wire w(b.context, b.deadlines, loopback(1));
        w.near->promise(r.promised);
        idle.put(w.near);
        REQUIRE(until(b.context, [&] { return w.near->idle_for() >= r.idle; }));
        CHECK((idle.take({loopback(1)}, true) == w.near) == r.taken);
        CHECK(w.is_open() == r.taken); // what it passes over is closed
        CHECK(idle.idle() == 0);
        w.near->close();
    }
}

TEST_CASE("where nobody watches, a site's close is taken for as early as it may have been",
          "[pool]")
{
    idle_bench b;
    pool unwatched({}, pool::idle_are::left_alone);
    const auto at = unwatched.usage().find(loopback(1));
    for (const auto seen_open : {100ms, 0ms}) {
        wire w(b.context, b.deadlines, loopback(1));
        const auto pass = [&](std::chrono::milliseconds idle_for) { // nobody runs its engine
            while (w.near->idle_for() < idle_for)
                std::this_thread::yield();
        };
        unwatched.put(w.near);
        pass(seen_open);
        unwatched.look_over();
        const auto open_for = w.near->seen_open_for();
        CHECK(open_for >= seen_open);
        w.far.close();
        pass(open_for + 60ms);
        CHECK(unwatched.take({loopback(1)}, true) == nullptr);
        CHECK(unwatched.usage().life(at) == std::max(open_for, 1ms));
    }
}

TEST_CASE("a line end too many on an idle connection is nothing said", "[pool]")
{
    idle_bench b;
    wire w(b.context, b.deadlines, loopback(1));
    b.idle.put(w.near);
    w.send("\r\n");
    REQUIRE(until(b.context, [&] { return w.is_drained(); }));
    CHECK(b.idle.idle() == 1);
    w.send("\r\nx");
    CHECK(b.has_idle(0));
}
