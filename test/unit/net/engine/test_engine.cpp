// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/engine/engine.hpp"
#include "mod_v6front/net/loop/event.hpp"

#include "unit/loopback.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <atomic>
#include <thread>
#include <tuple>

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

using clock = std::chrono::steady_clock;

result<ipv4_addresses> no_lookup(const std::string& name)
{
    return failure{reason::name_not_found, {}, name};
}

task<bool> wait_for(event& e, executor ex, error_code& ended)
{
    std::tie(ended) = co_await e.wait(ex);
    co_return true;
}

// Says on which thread it ran.
task<bool> note_thread(std::thread::id& where)
{
    where = std::this_thread::get_id();
    co_return true;
}

task<void> throw_at_once()
{
    throw std::runtime_error("escaped");
    co_return;
}

task<void> wait_a_while(executor ex, bool& done)
{
    steady_timer timer(ex, 5ms);
    co_await timer.async_wait(use_task);
    done = true;
}

} // namespace

TEST_CASE("a deadline fires late, never early, and once", "[engine]")
{
    asio::io_context context;
    deadline_list list(context);
    unsigned fired = 0;
    clock::time_point at{};
    deadline d(list, [&] {
        ++fired;
        at = clock::now();
    });
    for (const auto after : {0ms, 1ms, 49ms, 50ms, 51ms, 120ms}) {
        CAPTURE(after.count());
        fired = 0;
        const auto start = clock::now();
        d.arm(after);
        CHECK_FALSE(d.expired());
        REQUIRE(until(context, [&] { return fired > 0; }));
        CHECK(d.expired());
        CHECK(at - start >= after);
        // The tick ends when nothing is armed: nothing is left to run, so it cannot fire again.
        context.restart();
        context.run();
        CHECK(fired == 1);
    }
}

TEST_CASE("a deadline that is armed anew forgets the earlier time and the earlier expiry",
          "[engine]")
{
    asio::io_context context;
    deadline_list list(context);
    unsigned fired = 0;
    deadline d(list, [&] { ++fired; });
    d.arm(0ms);
    const auto start = clock::now();
    d.arm(200ms);
    context.run();
    CHECK(fired == 1);
    CHECK(clock::now() - start >= 200ms);
    d.arm(1h);
    CHECK_FALSE(d.expired());
    d.disarm();
    d.disarm();
    CHECK_FALSE(d.expired());
    context.restart();
    context.run();
    CHECK(fired == 1);
}

TEST_CASE("a near deadline does not wait for the look at a far one", "[engine]")
{
    asio::io_context context;
    deadline_list list(context);
    deadline far(list, [] {});
    bool fired = false;
    deadline near(list, [&] { fired = true; });
    clock::duration best = 1h;
    // A machine that stands still for a moment makes any of them late.
    for (int i = 0; i < 5; ++i) {
        fired = false;
        far.arm(1h);
        const auto start = clock::now();
        near.arm(1ms);
        REQUIRE(until(context, [&] { return fired; }));
        best = std::min(best, clock::now() - start);
        far.disarm();
        context.restart();
        context.run();
    }
    CHECK(best < deadline_list::pause);
}

TEST_CASE("a deadline may disarm, arm and destroy others while it fires", "[engine]")
{
    asio::io_context context;
    deadline_list list(context);
    std::string fired;
    std::optional<deadline> a, b, c, late;
    const auto one_of_two = [&](char name, std::optional<deadline>& other) {
        return [&fired, &other, name] {
            fired += name;
            other.reset();
        };
    };
    // Due in the same tick: whichever fires first takes the other away.
    a.emplace(list, one_of_two('a', b));
    b.emplace(list, one_of_two('b', a));
    c.emplace(list, [&] {
        fired += 'c';
        late.emplace(list, [&] { fired += 'l'; });
        late->arm(0ms);
    });
    for (auto* d : {&a, &b, &c})
        (*d)->arm(1ms);
    context.run();
    CHECK(fired.size() == 3);
    CHECK(fired.find('c') != fired.npos);
    CHECK(fired.find('l') != fired.npos);
    CHECK(a.has_value() != b.has_value());
}

TEST_CASE("destroying an armed deadline disarms it, wherever it stands in the list", "[engine]")
{
    asio::io_context context;
    deadline_list list(context);
    for (std::size_t gone = 0; gone < 3; ++gone) {
        std::string fired;
        std::vector<std::unique_ptr<deadline>> all;
        for (const char name : {'0', '1', '2'})
            all.push_back(std::make_unique<deadline>(list, [&fired, name] { fired += name; }));
        for (auto& d : all)
            d->arm(1ms);
        all[gone].reset();
        context.restart();
        context.run();
        CHECK(fired.size() == 2);
        CHECK(fired.find(static_cast<char>('0' + gone)) == fired.npos);
    }
}

TEST_CASE("an event wakes its waiter in a later turn, and keeps nothing for the next", "[engine]")
{
    asio::io_context context;
    event e;
    e.notify();
    e.resume();
    error_code ended = asio::error::in_progress;
    const started<bool> run(context, wait_for(e, context.get_executor(), ended));
    context.poll();
    CHECK(e.has_waiter()); // the notification that nobody waited for is gone
    CHECK_FALSE(run.done());
    e.notify();
    CHECK_FALSE(e.has_waiter());
    CHECK_FALSE(run.done()); // not inside notify()
    REQUIRE(until(context, [&] { return run.done(); }));
    CHECK_FALSE(ended);

    ended = asio::error::in_progress;
    const started<bool> again(context, wait_for(e, context.get_executor(), ended));
    context.restart();
    context.poll();
    REQUIRE(e.has_waiter());
    e.resume();
    CHECK_FALSE(ended); // inside resume()
    REQUIRE(until(context, [&] { return again.done(); }));
}

TEST_CASE("waiting for an event can be cancelled, and the event is as new", "[engine]")
{
    asio::io_context context;
    event e;
    error_code ended;
    bool done = false;
    asio::cancellation_signal stop;
    asio::co_spawn(
        context.get_executor(), wait_for(e, context.get_executor(), ended),
        asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr, bool) { done = true; }));
    context.poll();
    REQUIRE(e.has_waiter());
    stop.emit(asio::cancellation_type::terminal);
    REQUIRE(until(context, [&] { return done; }));
    CHECK_FALSE(e.has_waiter());
    CHECK(ended == asio::error::operation_aborted);

    const started<bool> run(context, wait_for(e, context.get_executor(), ended));
    REQUIRE(until(context, [&] { return e.has_waiter(); }));
    e.notify();
    REQUIRE(until(context, [&] { return run.done(); }));
    CHECK_FALSE(ended);
}

TEST_CASE("engines on threads of their own take what other threads post, and stop", "[engine]")
{
    resolver names(no_lookup);
    constexpr unsigned engines = 3, posters = 2, posts = 500;
    std::vector<std::unique_ptr<engine>> all;
    std::vector<std::thread> threads;
    std::vector<unsigned> counted(engines); // each written on its engine's thread only
    std::atomic<unsigned> left{engines * posters * posts};
    for (unsigned i = 0; i < engines; ++i) {
        all.push_back(std::make_unique<engine>(names));
        threads.emplace_back([e = all.back().get()] { e->run(); });
    }
    std::vector<std::thread> others;
    for (unsigned p = 0; p < posters; ++p)
        others.emplace_back([&] {
            for (unsigned n = 0; n < posts; ++n)
                for (unsigned i = 0; i < engines; ++i)
                    asio::post(all[i]->get_executor(), [&counted, &left, i] {
                        ++counted[i];
                        if (--left == 0)
                            left.notify_one();
                    });
        });
    for (auto& t : others)
        t.join();
    for (auto n = left.load(); n > 0; n = left.load())
        left.wait(n);
    for (auto& e : all)
        e->stop();
    for (auto& t : threads)
        t.join();
    CHECK(counted == std::vector<unsigned>(engines, posters * posts));
}

TEST_CASE("an engine that is stopped before it runs does not run", "[engine]")
{
    resolver names(no_lookup);
    engine e(names);
    bool ran = false;
    asio::post(e.get_executor(), [&ran] { ran = true; });
    std::thread([&e] { e.stop(); }).join();
    e.run();
    CHECK_FALSE(ran);
}

TEST_CASE("a borrowed thread runs a task to its end, on any thread in turn", "[engine]")
{
    resolver names(no_lookup);
    engine e(names);
    for (int i = 0; i < 3; ++i) {
        bool done = false;
        std::thread([&] {
            e.run_until_done([&] { return wait_a_while(e.get_executor(), done); });
        }).join();
        CHECK(done);
    }
    CHECK_THROWS_AS(e.run_until_done(throw_at_once), std::runtime_error);
    bool done = false;
    e.run_until_done([&] { return wait_a_while(e.get_executor(), done); });
    CHECK(done); // what escaped from one task is of no concern to the next
}

TEST_CASE("deadlines of a lent engine fire though its tasks end at once", "[engine]")
{
    resolver names(no_lookup);
    engine e(names, engine::driven::by_borrowers);
    int fired = 0;
    deadline idle(e.deadlines(), [&fired] { ++fired; });
    idle.arm(1ms);
    const auto late = std::chrono::steady_clock::now() + 60s;
    while (fired == 0 && std::chrono::steady_clock::now() < late)
        e.run_until_done([]() -> task<void> { co_return; });
    CHECK(fired == 1);
}

TEST_CASE("a coroutine of an engine runs on the engine's thread", "[engine]")
{
    resolver names(no_lookup);
    engine e(names);
    std::thread::id where;
    asio::co_spawn(e.context(), note_thread(where), [&e](std::exception_ptr, bool) { e.stop(); });
    std::thread thread([&e] { e.run(); });
    const auto id = thread.get_id();
    thread.join();
    CHECK(where == id);
}
