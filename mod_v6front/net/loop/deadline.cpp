// SPDX-License-Identifier: Apache-2.0

#include "deadline.hpp"

#include <algorithm>

namespace v6front
{

void deadline::arm_at(clock::time_point when)
{
    expired_ = false;
    when_ = when;
    if (!armed_) {
        armed_ = true;
        list_.add(*this);
    }
    list_.look_by(when);
}

void deadline::disarm()
{
    if (armed_) {
        armed_ = false;
        list_.remove(*this);
    }
}

void deadline_list::add(deadline& d)
{
    d.previous_ = nullptr;
    d.next_ = first_;
    if (first_)
        first_->previous_ = &d;
    first_ = &d;
}

void deadline_list::remove(deadline& d)
{
    if (d.previous_)
        d.previous_->next_ = d.next_;
    else
        first_ = d.next_;
    if (d.next_)
        d.next_->previous_ = d.previous_;
}

void deadline_list::look_by(time_point when)
{
    if (when < next_look_ - tick)
        look_at(when);
}

void deadline_list::look_at(time_point when)
{
    const auto now = deadline::clock::now();
    next_look_ = std::clamp(when, now + tick, now + pause);
    if (!timer_)
        timer_.emplace(context_);
    timer_->expires_at(next_look_);
    timer_->async_wait([this](error_code ec) {
        if (ec)
            return;
        next_look_ = time_point::max();
        const auto first_due = expire_due();
        if (first_)
            look_by(first_due);
    });
}

// A callback may arm or disarm any deadline, so after each one the walk begins anew. Few fire at
// once. Returns when the first of the rest is due.
deadline_list::time_point deadline_list::expire_due()
{
    const auto now = deadline::clock::now();
    for (;;) {
        auto first_due = time_point::max();
        deadline* due = first_;
        while (due && due->when_ > now) {
            first_due = std::min(first_due, due->when_);
            due = due->next_;
        }
        if (!due)
            return first_due;
        due->disarm();
        due->expired_ = true;
        due->on_expiry_();
    }
}

} // namespace v6front
