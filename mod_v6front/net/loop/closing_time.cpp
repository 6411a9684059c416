// SPDX-License-Identifier: Apache-2.0

#include "closing_time.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace v6front
{

using namespace std::chrono_literals;

namespace
{

constexpr int spread_over = 10; // the last tenth of the limit
constexpr auto moment = 2s;

} // namespace

void closing_time::begin() noexcept
{
    clock::rep none = 0;
    end_.compare_exchange_strong(none, (clock::now() + limit_).time_since_epoch().count());
}

void closing_time::look()
{
    if (child_stops_ && !end() && child_stops_())
        begin();
}

std::optional<closing_time::clock::time_point> closing_time::end() const noexcept
{
    const auto ticks = end_.load(std::memory_order_relaxed);
    if (ticks == 0)
        return std::nullopt;
    return clock::time_point(clock::duration(ticks));
}

closing_time::clock::duration closing_time::allowed(clock::duration wait) const noexcept
{
    const auto last = end();
    if (!last)
        return wait;
    return std::clamp<clock::duration>(*last + moment - clock::now(), clock::duration::zero(),
                                       wait);
}

closing_list::closing_list(deadline_list& deadlines) : next_look_(deadlines, [this] { look(); }) {}

closing_list::entry::entry(closing_list& in, std::function<void()> is_over)
    : list_(in), is_over_(std::move(is_over))
{
    if (!in.when_)
        return;
    next_ = in.first_;
    if (next_)
        next_->place_ = &next_;
    place_ = &in.first_;
    in.first_ = this;
    if (!std::exchange(in.looks_, true))
        in.next_look_.arm(deadline_list::pause);
}

void closing_list::entry::leave() noexcept
{
    if (!place_)
        return;
    *place_ = next_;
    if (next_)
        next_->place_ = place_;
    place_ = nullptr;
}

closing_time::clock::time_point closing_list::entry::due(
    closing_time::clock::time_point end) const noexcept
{
    if (share_ < 0) {
        thread_local std::minstd_rand draw(std::random_device{}());
        share_ = std::uniform_real_distribution<double>(0, 1)(draw);
    }
    const std::chrono::duration<double> early = list_.when_->limit() * share_ / spread_over;
    return end - std::chrono::duration_cast<closing_time::clock::duration>(early);
}

bool closing_list::entry::is_due() const noexcept
{
    const auto end = list_.when_ ? list_.when_->end() : std::nullopt;
    return end && due(*end) <= closing_time::clock::now();
}

// The list is looked through now and then, as the engine's deadlines are in any case: a request
// costs it two pointers. Those whose time has come are taken out first, since what they are told
// may end others.
void closing_list::look()
{
    looks_ = false;
    when_->look();
    const auto now = closing_time::clock::now();
    auto next = now + deadline_list::pause;
    entry* over = nullptr;
    if (const auto end = when_->end()) {
        for (entry* e = first_; e;) {
            entry& one = *std::exchange(e, e->next_);
            const auto due = one.due(*end);
            if (due > now) {
                next = std::min(next, due);
                continue;
            }
            one.leave();
            one.next_ = over;
            if (over)
                over->place_ = &one.next_;
            one.place_ = &over;
            over = &one;
        }
    }
    while (over) {
        entry& one = *over;
        one.leave();
        one.is_over_();
    }
    if (first_ && !std::exchange(looks_, true))
        next_look_.arm_at(next);
}

} // namespace v6front
