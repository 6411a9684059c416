// SPDX-License-Identifier: Apache-2.0
#include "net/loop/beside.hpp"

#include "catch.hpp"
#include "unit/missing_memory.hpp"
#include "net/loop/event.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

#include <chrono>
#include <initializer_list>
#include <new>
#include <string>
#include <thread>

using namespace v6front;

namespace
{

struct stage {
    asio::io_context context{1};
    event first, second;
    std::string said;

    task<void> wait(event& for_it, char name)
    {
        const auto [ec] = co_await for_it.wait(context.get_executor());
        said += ec ? static_cast<char>(name - 'a' + 'A') : name; // a large one: cancelled
    }
    static task<void> nothing() { co_return; }
    static task<void> fails()
    {
        throw std::bad_alloc();
        co_return;
    }
    void begin(task<void> whole)
    {
        asio::co_spawn(context, std::move(whole), [this](std::exception_ptr e) {
            try {
                if (e)
                    std::rethrow_exception(e);
                said += '.';
            } catch (const std::bad_alloc&) {
                said += '!';
            }
        });
    }
    // Who is woken waits already.
    void play(task<void> whole, std::initializer_list<event*> wakes = {})
    {
        begin(std::move(whole));
        for (auto* e : wakes)
            asio::post(context, [e] { e->notify(); });
        context.run_for(std::chrono::seconds(3));
    }
};

} // namespace

TEST_CASE("Of two tasks beside each other, the end of one is the end of both", "[beside]")
{
    stage s;
    std::size_t first = 2;
    const auto whole = [&](beside how_long) -> task<void> {
        first = co_await run_beside(s.context.get_executor(), how_long, s.wait(s.first, 'a'),
                                    s.wait(s.second, 'b'));
    };
    SECTION("where one is enough")
    {
        s.play(whole(beside::until_one_ends), {&s.second});
        CHECK(s.said == "bA.");
        CHECK(first == 1);
    }
    SECTION("where both are wanted")
    {
        s.play(whole(beside::until_both_end), {&s.second, &s.first});
        CHECK(s.said == "ba.");
        CHECK(first == 1);
    }
    SECTION("where it has ended before it could wait")
    {
        const auto whole_of_one = [&]() -> task<void> {
            first = co_await run_beside(s.context.get_executor(), beside::until_one_ends,
                                        s.wait(s.first, 'a'), stage::nothing());
        };
        s.play(whole_of_one());
        CHECK(s.said == "A.");
        CHECK(first == 1);
    }
    SECTION("by an exception")
    {
        const auto lost = [&]() -> task<void> {
            co_await run_beside(s.context.get_executor(), beside::until_both_end,
                                s.wait(s.first, 'a'), stage::fails());
        };
        s.play(lost());
        CHECK(s.said == "A!");
    }
}

namespace
{

struct without_memory {
    bool was_missed = false;
    std::string said;
};

// As on a borrowed thread, whose engine does not run at that moment: what is spawned begins later.
without_memory play_without(int piece)
{
    without_memory seen;
    stage s;
    event begin;
    const auto whole = [&]() -> task<void> {
        co_await begin.wait(s.context.get_executor());
        co_await run_beside(s.context.get_executor(), beside::until_one_ends, s.wait(s.first, 'a'),
                            s.wait(s.second, 'b'));
    };
    s.begin(whole());
    s.context.poll();
    {
        const missing_memory one(piece);
        begin.resume();
        seen.was_missed = one.was_missed();
    }
    s.context.restart();
    asio::post(s.context, [&s] { s.first.notify(); });
    s.context.run_for(std::chrono::seconds(3));
    seen.said = s.said;
    return seen;
}

} // namespace

TEST_CASE("Two tasks beside each other end where there is no memory for one of them", "[beside]")
{
    without_memory seen{true, {}};
    int piece = 0;
    while (seen.was_missed) {
        INFO("piece " << ++piece);
        // Of its own, since a thread keeps frames.
        std::thread([&] { seen = play_without(piece); }).join();
        CHECK(seen.said.ends_with(seen.was_missed ? "!" : "aB."));
    }
    CHECK(piece > 4);
}
