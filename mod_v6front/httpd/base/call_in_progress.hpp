// SPDX-License-Identifier: Apache-2.0
//
// Whether a thread is in a call into httpd, with all hooks, filters and loggers of other modules,
// for which virtual host, and since when: written by that thread (kept_time), read by another, who
// looks whether it comes back (held_calls). Calls within a call are part of it.
//
// Shared by both, and ends with the last of them.
#pragma once

#include "net/loop/loop_clock.hpp"
#include "apache.hpp"

#include <atomic>
#include <optional>

namespace v6front
{

class call_in_progress
{
public:
    using clock = loop_clock;
    struct state {
        const server_rec* host;
        clock::time_point since;
    };

    // False within another.
    bool begin(const server_rec* host, clock::time_point now) noexcept
    {
        if (since_.load(std::memory_order_relaxed) != clock::rep{})
            return false;
        host_.store(host, std::memory_order_relaxed);
        since_.store(now.time_since_epoch().count(), std::memory_order_release);
        return true;
    }
    void end() noexcept { since_.store({}, std::memory_order_relaxed); }

    // Any thread. Of a call that lasts, it is true; one that is over may be mistaken for the next.
    std::optional<state> now() const noexcept
    {
        const auto since = since_.load(std::memory_order_acquire);
        if (since == clock::rep{})
            return std::nullopt;
        return state{host_.load(std::memory_order_relaxed),
                     clock::time_point(clock::duration(since))};
    }

private:
    std::atomic<const server_rec*> host_{nullptr};
    std::atomic<clock::rep> since_{};
};

} // namespace v6front
