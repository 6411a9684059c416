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

void shared_tally::take_back(word* from) noexcept
{
    for (std::size_t i = 0; i < counters_; ++i)
        if (const auto left = from[1 + i].exchange(0, relaxed))
            shared_[i].fetch_sub(left, relaxed);
}

void shared_tally::take_seat(pid_t self) noexcept
{
    for (std::size_t n = 0; n < seats(); ++n) {
        word* at = seat(n);
        auto holder = at->load(relaxed);
        if (holder != 0 && !is_gone(holder))
            continue;
        if (!at->compare_exchange_strong(holder, static_cast<std::uint32_t>(self), relaxed))
            continue;
        take_back(at);
        if (!own_)
            own_ = at;
        else // only what a dead process had counted was wanted
            at->store(0, relaxed);
    }
}

void shared_tally::leave_seat() noexcept
{
    if (!own_)
        return;
    take_back(own_);
    own_->store(0, relaxed);
    own_ = nullptr;
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
        own_[1 + counter].fetch_add(1, relaxed);
    return true;
}

void shared_tally::subtract(std::size_t counter) noexcept
{
    if (own_)
        own_[1 + counter].fetch_sub(1, relaxed);
    shared_[counter].fetch_sub(1, relaxed);
}

} // namespace v6front
