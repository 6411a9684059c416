// SPDX-License-Identifier: Apache-2.0

#include "deadline.hpp"

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
    if (!ticking_)
        schedule();
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

void deadline_list::schedule()
{
    ticking_ = true;
    if (!timer_)
        timer_.emplace(context_);
    timer_->expires_after(tick);
    timer_->async_wait([this](error_code ec) {
        ticking_ = false;
        if (ec)
            return;
        expire_due();
        if (first_ && !ticking_)
            schedule();
    });
}

// A callback may arm or disarm any deadline, so after each one the walk begins anew. Few fire at
// once.
void deadline_list::expire_due()
{
    const auto now = deadline::clock::now();
    for (;;) {
        deadline* due = first_;
        while (due && due->when_ > now)
            due = due->next_;
        if (!due)
            return;
        due->disarm();
        due->expired_ = true;
        due->on_expiry_();
    }
}

} // namespace v6front
