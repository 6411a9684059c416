// SPDX-License-Identifier: Apache-2.0

#include "beside.hpp"

#include "event.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>
#include <exception>
#include <memory>

namespace v6front
{

namespace
{

// Shared with each of the two until it has ended.
struct pair_of_tasks {
    std::array<asio::cancellation_signal, 2> stops;
    std::array<bool, 2> begun{};
    event changed;
    int running = 0;
    bool is_stopped = false;
    std::optional<std::size_t> first;
    std::exception_ptr escaped;

    void ended(std::size_t which, std::exception_ptr e)
    {
        --running;
        if (!is_stopped) {
            first = first.value_or(which);
            escaped = escaped ? escaped : e;
        }
        changed.notify(); // not here: a task that is stopped before its last act throws
    }
    void stop()
    {
        if (std::exchange(is_stopped, true))
            return;
        for (std::size_t i = 0; i < stops.size(); ++i)
            if (begun[i])
                stops[i].emit(asio::cancellation_type::terminal);
    }
};

// Tells of its end itself: what co_spawn does after that may lack memory, too, and nobody would be
// told. Nor would anybody if co_spawn were cancelled before this begins, which then is in a later
// turn of the loop: it throws (Asio, co_spawn_entry_point).
task<void> one_of(std::shared_ptr<pair_of_tasks> both, std::size_t which, task<void> work)
{
    both->begun[which] = true;
    if (both->is_stopped)
        co_return both->ended(which, nullptr);
    std::exception_ptr escaped;
    try {
        co_await std::move(work);
    } catch (...) {
        escaped = std::current_exception();
    }
    both->ended(which, escaped);
}

// An exception: the task has not begun.
void begin(const std::shared_ptr<pair_of_tasks>& both, executor on, std::size_t which,
           task<void> work)
{
    ++both->running; // it may end in here
    try {
        asio::co_spawn(on, one_of(both, which, std::move(work)),
                       asio::bind_cancellation_slot(both->stops[which].slot(),
                                                    [both](const std::exception_ptr&) {}));
    } catch (...) {
        --both->running;
        throw;
    }
}

} // namespace

task<std::size_t> run_beside(executor on, beside how_long, task<void> one, task<void> other)
{
    const auto both = std::make_shared<pair_of_tasks>();
    try {
        begin(both, on, 0, std::move(one));
        begin(both, on, 1, std::move(other));
    } catch (...) {
        both->escaped = std::current_exception();
    }
    // Who is cancelled itself still waits for them.
    co_await asio::this_coro::throw_if_cancelled(false);
    bool is_cancelled = false;
    while (both->running > 0) {
        if (is_cancelled || both->escaped || (both->first && how_long == beside::until_one_ends))
            both->stop();
        const auto [ec] = co_await both->changed.wait(on);
        is_cancelled = is_cancelled || ec;
    }
    co_await asio::this_coro::throw_if_cancelled(true);
    if (both->escaped)
        std::rethrow_exception(both->escaped);
    if (is_cancelled)
        throw boost::system::system_error(asio::error::operation_aborted);
    co_return *both->first;
}

} // namespace v6front
