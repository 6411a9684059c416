// SPDX-License-Identifier: Apache-2.0

#include "shared_tally.hpp"

#include "lost_process.hpp"

namespace v6front
{

std::size_t shared_tally::seats() const noexcept
{
    return counters_ == 0 || shared_.size() <= counters_
               ? 0
               : (shared_.size() - counters_) / (counters_ + 1);
}

void shared_tally::take_back(std::size_t seat) noexcept
{
    for (std::size_t i = 0; i < counters_; ++i)
        if (const auto left = part(seat)[i].exchange(0, relaxed))
            shared_[i].fetch_sub(left, relaxed);
}

// Nothing is left in a free seat, and its part of memory is not touched: with a seat for each of a
// thousand processes, all parts together are megabytes.
void shared_tally::take_seat(pid_t self) noexcept
{
    for (std::size_t n = 0; n < seats(); ++n) {
        auto was = holder(n).load(relaxed);
        const bool is_free = was == 0;
        if (is_free ? own_.has_value() : !is_gone(was))
            continue;
        if (!holder(n).compare_exchange_strong(was, static_cast<std::uint32_t>(self),
                                               std::memory_order_acquire, relaxed))
            continue;
        if (!is_free)
            take_back(n);
        if (!own_)
            own_ = n;
        else // only what a dead process had counted was wanted
            holder(n).store(0, std::memory_order_release);
    }
}

void shared_tally::leave_seat() noexcept
{
    if (!own_)
        return;
    take_back(*own_);
    holder(*own_).store(0, std::memory_order_release);
    own_.reset();
}

bool shared_tally::add(std::size_t counter, std::uint32_t most) noexcept
{
    auto& total = shared_[counter];
    auto now = total.load(relaxed);
    do {
        if (now >= most)
            return false;
    } while (!total.compare_exchange_weak(now, now + 1, relaxed));
    if (own_)
        part(*own_)[counter].fetch_add(1, relaxed);
    return true;
}

void shared_tally::subtract(std::size_t counter) noexcept
{
    if (own_)
        part(*own_)[counter].fetch_sub(1, relaxed);
    shared_[counter].fetch_sub(1, relaxed);
}

} // namespace v6front
