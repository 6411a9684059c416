// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/shared/site_usage.hpp"

#include "unit/loopback.hpp"

#include <deque>
#include <set>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

TEST_CASE("each address has a place, and those that come too late share the last one", "[usage]")
{
    site_usage usage(4);
    std::set<site_usage::place> places;
    for (std::uint16_t port = 1; port <= 4; ++port) {
        places.insert(usage.find(loopback(port)));
        CHECK(usage.find(loopback(port)) == usage.find(loopback(port)));
    }
    CHECK(places.size() == 4);
    CHECK(usage.find(loopback(5)) == 3);
    CHECK(usage.find(loopback(6)) == 3);
}

TEST_CASE("as many may be idle as were in use at once, and fewer the longer they are", "[usage]")
{
    site_usage usage;
    const auto at = usage.find(loopback(1));
    CHECK(usage.allowed(at, 0ms) == site_usage::least_kept);
    {
        std::deque<site_usage::use> uses;
        for (int i = 0; i < 40; ++i)
            uses.emplace_back(usage, at);
        CHECK(usage.in_use(at) == 40);
    }
    CHECK(usage.in_use(at) == 0);
    CHECK(usage.allowed(at, 0ms) == 40 + site_usage::least_kept);
    CHECK(usage.allowed(at, 1s) == 40 + site_usage::least_kept);
    CHECK(usage.allowed(at, 1375ms) == 30 + site_usage::least_kept);
    CHECK(usage.allowed(at, 2500ms) == site_usage::least_kept);
    CHECK(usage.allowed(at, 1h) == site_usage::least_kept);
    // The peak itself is forgotten within four seconds.
    const auto give_up = std::chrono::steady_clock::now() + patience;
    while (usage.allowed(at, 0ms) > site_usage::least_kept &&
           std::chrono::steady_clock::now() < give_up)
        std::this_thread::sleep_for(10ms);
    CHECK(usage.allowed(at, 0ms) == site_usage::least_kept);
}

TEST_CASE("what a process that was killed had in use is taken back", "[usage]")
{
    std::vector<usage_record> records(4);
    std::vector<shared_tally::word> counters(site_usage::words(4, 2));
    site_usage usage(records, counters);
    usage.take_seat(::getpid());
    const auto at = usage.find(loopback(1));
    const auto child = ::fork();
    // A copy of the memory would count for itself: what the child would have counted is written as
    // it would stand there.
    if (child == 0)
        ::_exit(0);
    ::waitpid(child, nullptr, 0);
    {
        site_usage dead(records, counters);
        dead.take_seat(child);
        const site_usage::use left(dead, at);
        CHECK(dead.add_idle(at, 5));
        CHECK(usage.in_use(at) == 1);
        usage.take_seat(::getpid()); // as the next child does
        CHECK(usage.in_use(at) == 0);
        CHECK(usage.idle(at) == 0);
        const site_usage::use again(dead, at); // for `left` to take back
        CHECK(usage.in_use(at) == 1);
    }
}

TEST_CASE("what is learned of a site's idle connections", "[usage]")
{
    site_usage usage;
    const auto at = usage.find(loopback(1));
    CHECK_FALSE(usage.is_known(at));
    CHECK(usage.life(at) == 0ms);
    usage.note_open(at, 0ms); // says nothing
    CHECK_FALSE(usage.is_known(at));
    usage.note_open(at, site_usage::proof);
    CHECK(usage.is_known(at));
    CHECK(usage.life(at) == 0ms);
    usage.note_closed(at, 5s);
    CHECK(usage.life(at) == 5s);
    usage.note_closed(at, 9s);
    CHECK(usage.life(at) == 5s);
    usage.note_closed(at, 0ms); // as precise as such times are
    CHECK(usage.life(at) == 1ms);
    usage.note_open(at, 900ms); // may have served less than those that were closed
    CHECK(usage.life(at) == 1ms);
    usage.note_open(at, 3s); // that was a restart
    CHECK(usage.life(at) == 3s);
    usage.note_open(at, 5s);
    CHECK(usage.life(at) == 3s);
    const auto other = usage.find(loopback(2));
    usage.note_closed(other, 7ms);
    CHECK(usage.is_known(other));
    CHECK(usage.life(at) == 3s);
}

TEST_CASE("patience is by what the site takes for an answer", "[usage]")
{
    site_usage usage;
    const auto at = usage.find(loopback(1));
    CHECK(usage.patience(at) == site_usage::least_patience);
    usage.note_answer(at, 5ms);
    CHECK(usage.patience(at) == site_usage::least_patience);
    for (int i = 0; i < 60; ++i)
        usage.note_answer(at, 150ms);
    CHECK(usage.patience(at) >= 550ms);
    CHECK(usage.patience(at) <= 650ms);
    for (int i = 0; i < 60; ++i)
        usage.note_answer(at, 20s);
    CHECK(usage.patience(at) == site_usage::max_patience);
}

TEST_CASE("what somebody asked for and does not need any more is taken back", "[usage]")
{
    site_usage usage;
    const auto at = usage.find(loopback(1));
    CHECK(usage.ask(at));
    usage.take_back(at);
    CHECK_FALSE(usage.take_asked(at));
    usage.take_back(at);
    CHECK_FALSE(usage.take_asked(at));
}
