// SPDX-License-Identifier: Apache-2.0
//
// Deadlines of an engine. Arming one is a list insertion; a single timer per engine looks now and
// then for those that have passed, so a request costs no timer and no system call. They fire up to
// one tick late, never early. The timer looks when the first is due, but no sooner than after a
// tick and no later than after a pause, since most deadlines are disarmed long before; it stops
// while none is armed. A look walks through those that are due within the horizon, and only now and
// then through the others: thousands of idle connections cost nothing at each look.
#pragma once

#include "asio.hpp"
#include "loop_clock.hpp"

#include <chrono>
#include <functional>
#include <optional>

namespace v6front
{

class deadline;

// Part of an engine; used on its thread only.
class deadline_list
{
public:
    explicit deadline_list(asio::io_context& context) : context_(context) {}
    // No deadline fires any more. The list itself outlives the context, since what ends with that
    // has deadlines in it.
    void stop() { timer_.reset(); }
    // The timer's handler waits for the loop to turn.
    bool is_look_due() const noexcept { return next_look_ <= loop_clock::now(); }
    static constexpr std::chrono::milliseconds tick{50};
    static constexpr std::chrono::milliseconds pause{200};
    static constexpr std::chrono::milliseconds horizon{1000};

private:
    friend class deadline;
    using time_point = loop_clock::time_point;

    static void add_to(deadline*& head, deadline& d);
    void add(deadline& d);
    void remove(deadline& d);
    void fetch_near(time_point now);
    void look_by(time_point when); // moves the next look forward if it were too late
    void look_at(time_point when);
    time_point expire_due();

    asio::io_context& context_;
    std::optional<steady_timer> timer_;
    time_point next_look_ = time_point::max();
    time_point far_from_{}; // those in far_ are due then or later
    deadline* near_ = nullptr;
    deadline* far_ = nullptr;
    deadline* due_ = nullptr; // while expire_due runs: those that it has still to call
};

// Belongs to the waiting coroutine. The callback cancels the wait; it runs on the engine, at most
// once per arm(). Destroying an armed deadline disarms it.
class deadline
{
public:
    using clock = loop_clock;

    deadline(deadline_list& list, std::function<void()> on_expiry)
        : list_(list), on_expiry_(std::move(on_expiry))
    {
    }
    ~deadline() { disarm(); }
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;

    // Forgets an earlier expiry, if there was one.
    void arm(clock::duration after) { arm_at(clock::now() + clock::lag + after); }
    void arm_at(clock::time_point when);
    void disarm();
    bool expired() const noexcept { return expired_; }

private:
    friend class deadline_list;
    deadline_list& list_;
    std::function<void()> on_expiry_;
    clock::time_point when_{};
    bool armed_ = false;
    bool expired_ = false;
    deadline* next_ = nullptr;
    deadline* previous_ = nullptr;
};

} // namespace v6front
