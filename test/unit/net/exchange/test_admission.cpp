// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/exchange/admission.hpp"

#include "catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <vector>

using namespace v6front;

namespace
{

struct seats_memory {
    seats_memory(std::size_t counters, std::size_t seats)
        : words(shared_tally::words(counters, seats))
    {
    }
    std::vector<shared_tally::word> words;
};

// A process that is gone, and was waited for.
pid_t dead_process()
{
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(0);
    ::waitpid(pid, nullptr, 0);
    return pid;
}

} // namespace

TEST_CASE("a counter is bounded for all processes together", "[overload]")
{
    seats_memory m(2, 4);
    shared_tally one(m.words, 2), two(m.words, 2);
    one.take_seat(::getpid());
    two.take_seat(::getppid());
    CHECK(one.add(0, 2));
    CHECK(two.add(0, 2));
    CHECK_FALSE(one.add(0, 2));
    CHECK_FALSE(two.add(0, 2));
    CHECK(two.add(0, 3)); // each asks with its own bound
    CHECK(one.add(1, 1)); // another counter
    CHECK(one.value(0) == 3);
    one.subtract(0);
    two.subtract(0);
    two.subtract(0);
    CHECK(one.value(0) == 0);
    CHECK(one.value(1) == 1);
}

TEST_CASE("what a process had counted is taken back when it ends, and when it was killed",
          "[overload]")
{
    seats_memory m(1, 2);
    shared_tally alive(m.words, 1);
    alive.take_seat(::getpid());
    CHECK(alive.add(0, 10));
    {
        shared_tally orderly(m.words, 1);
        orderly.take_seat(::getppid());
        CHECK(orderly.add(0, 10));
        CHECK(alive.value(0) == 2);
    }
    CHECK(alive.value(0) == 1);
    // As one that was killed leaves it.
    auto* killed = new shared_tally(m.words, 1);
    killed->take_seat(dead_process());
    CHECK(killed->add(0, 10));
    CHECK(killed->add(0, 10));
    CHECK(alive.value(0) == 3);
    shared_tally next(m.words, 1);
    next.take_seat(::getppid());
    CHECK(alive.value(0) == 1);
    CHECK(next.add(0, 2));
    next.subtract(0);
    CHECK(alive.value(0) == 1);
    ::operator delete(killed); // not its destructor: it was killed
}

TEST_CASE("a seat that is free costs no look at its part, however many there are", "[overload]")
{
    constexpr std::size_t counters = 1000, seats = 8;
    seats_memory m(counters, seats);
    // Nobody has a seat, so this is of nobody, and is not taken back.
    const std::size_t parts = counters + seats;
    for (std::size_t i = parts; i < m.words.size(); ++i)
        m.words[i] = 1;
    shared_tally one(m.words, counters);
    one.take_seat(::getpid());
    CHECK(std::count(m.words.begin() + parts, m.words.end(), 1U) == counters * seats);
    CHECK(m.words[counters] == static_cast<std::uint32_t>(::getpid()));
}

TEST_CASE("without a seat, or without memory for any, it is counted all the same", "[overload]")
{
    seats_memory m(1, 1);
    shared_tally first(m.words, 1), second(m.words, 1);
    first.take_seat(::getpid());
    second.take_seat(::getppid());
    CHECK(second.add(0, 1));
    CHECK_FALSE(first.add(0, 1));
    second.subtract(0);
    CHECK(first.value(0) == 0);
    shared_tally none({}, 0);
    none.take_seat(::getpid());
}
