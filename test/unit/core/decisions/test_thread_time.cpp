// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/decisions/thread_time.hpp"

#include "catch.hpp"

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

using place = thread_time::place;
constexpr auto quiet = thread_time::quiet_at_first;

// A clock that stands still until it is moved.
thread_time::clock::time_point at(std::chrono::seconds since_the_start)
{
    return thread_time::clock::time_point(1h + since_the_start);
}

} // namespace

TEST_CASE("Requests run on an engine until something is slow there", "[thread_time]")
{
    thread_time t;
    CHECK(t.next(at(0s)) == place::engine);
    t.was_slow_on_thread(at(0s)); // another module's handler, say
    CHECK(t.next(at(0s)) == place::engine);
    CHECK(t.was_slow_on_engine(at(1s)));
    CHECK(t.next(at(1s)) == place::thread);
    CHECK_FALSE(t.was_slow_on_engine(at(2s))); // it was under way: no news
    CHECK(t.next(at(2s)) == place::thread);
}

TEST_CASE("They are back on an engine after a while without anything slow", "[thread_time]")
{
    thread_time t;
    t.was_slow_on_engine(at(0s));
    CHECK(t.next(at(quiet - 1s)) == place::thread);
    t.was_slow_on_thread(at(quiet - 1s)); // from here anew
    CHECK(t.next(at(quiet)) == place::thread);
    CHECK(t.next(at(2 * quiet - 2s)) == place::thread);
    CHECK(t.next(at(2 * quiet - 1s)) == place::engine_again);
    CHECK(t.next(at(2 * quiet - 1s)) == place::engine); // told once
    CHECK(t.was_slow_on_engine(at(10 * quiet)));        // and again in the next period
    CHECK(t.quiet() == quiet);
}

TEST_CASE("Who is slow again soon after the return stays on threads for longer", "[thread_time]")
{
    thread_time t;
    // A visitor every two minutes, each slow: an engine shall not wait for every one of them.
    int told = 0;
    for (int i = 0; i < 100; ++i) {
        const auto now = at(i * 120s);
        if (t.next(now) == place::thread)
            t.was_slow_on_thread(now);
        else
            told += t.was_slow_on_engine(now) ? 1 : 0;
    }
    CHECK(told == 3); // on threads for 60 s, for 120 s, then for longer than it takes to the next
    CHECK(t.quiet() == 4 * quiet);
    // There is a limit to it.
    auto now = at(24h);
    for (int i = 0; i < 20; ++i) {
        CHECK(t.next(now) != place::thread);
        t.was_slow_on_engine(now);
        now += t.quiet();
    }
    CHECK(t.quiet() == thread_time::quiet_at_most);
    // A long time without anything is a new beginning.
    CHECK(t.next(now) == place::engine_again);
    CHECK(t.was_slow_on_engine(now + 2 * thread_time::quiet_at_most));
    CHECK(t.quiet() == quiet);
}
