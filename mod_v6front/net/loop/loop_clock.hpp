// SPDX-License-Identifier: Apache-2.0
//
// The clock of waits. It is the steady clock as the kernel's last tick left it
// (CLOCK_MONOTONIC_COARSE): behind by up to `lag`, never ahead, and read for a fifth of the price.
// A request looks at it some thirty times. For times that an operator reads as microseconds,
// std::chrono::steady_clock is the clock; both count from the same moment.
#pragma once

#include <chrono>

#include <time.h>

namespace v6front
{

struct loop_clock {
    using duration = std::chrono::steady_clock::duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::steady_clock::time_point;
    static constexpr bool is_steady = true;

    // A tick of a kernel with the lowest rate that Linux has, 100 a second.
    static constexpr std::chrono::milliseconds lag{10};

    static time_point now() noexcept
    {
        timespec t{};
        ::clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
        return time_point(std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec));
    }
};

} // namespace v6front
