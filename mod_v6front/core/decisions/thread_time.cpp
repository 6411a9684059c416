// SPDX-License-Identifier: Apache-2.0
#include "thread_time.hpp"

#include <algorithm>

namespace v6front
{

thread_time::place thread_time::next(clock::time_point now)
{
    if (!on_threads_.load(std::memory_order_relaxed))
        return place::engine;
    const std::lock_guard lock(mutex_);
    if (!on_threads_.load(std::memory_order_relaxed))
        return place::engine;
    if (now < until_)
        return place::thread;
    on_threads_.store(false, std::memory_order_relaxed);
    back_ = now;
    was_back_ = true;
    return place::engine_again;
}

bool thread_time::was_slow_on_engine(clock::time_point now)
{
    const std::lock_guard lock(mutex_);
    if (on_threads_.load(std::memory_order_relaxed)) { // several were under way at once
        until_ = std::max(until_, now + quiet_);
        return false;
    }
    // Each return costs the engine one more wait.
    const bool soon = was_back_ && now - back_ < quiet_;
    quiet_ = soon ? std::min(quiet_ * 2, quiet_at_most) : quiet_at_first;
    until_ = now + quiet_;
    on_threads_.store(true, std::memory_order_relaxed);
    return true;
}

void thread_time::was_slow_on_thread(clock::time_point now)
{
    const std::lock_guard lock(mutex_);
    if (on_threads_.load(std::memory_order_relaxed))
        until_ = std::max(until_, now + quiet_);
}

std::chrono::seconds thread_time::quiet() const
{
    const std::lock_guard lock(mutex_);
    return quiet_;
}

} // namespace v6front
