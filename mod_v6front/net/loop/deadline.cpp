// SPDX-License-Identifier: Apache-2.0

#include "deadline.hpp"

#include <algorithm>

namespace v6front
{

void deadline::arm_at(clock::time_point when)
{
    disarm();
    expired_ = false;
    armed_ = true;
    when_ = when;
    list_.add(*this);
    list_.look_by(when);
}

void deadline::disarm()
{
    if (armed_) {
        armed_ = false;
        list_.remove(*this);
    }
}

void deadline_list::add_to(deadline*& head, deadline& d)
{
    d.previous_ = nullptr;
    d.next_ = head;
    if (head)
        head->previous_ = &d;
    head = &d;
}

void deadline_list::add(deadline& d)
{
    add_to(d.when_ < far_from_ ? near_ : far_, d);
}

void deadline_list::remove(deadline& d)
{
    if (d.previous_)
        d.previous_->next_ = d.next_;
    else
        (near_ == &d ? near_ : far_ == &d ? far_ : due_) = d.next_;
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
    const auto next = std::clamp(when, now + tick, now + pause);
    next_look_ = time_point::max(); // unless all of this succeeds
    if (!timer_)
        timer_.emplace(context_);
    timer_->expires_at(next);
    timer_->async_wait([this](error_code ec) {
        if (ec)
            return;
        next_look_ = time_point::max();
        const auto first_due = expire_due();
        if (near_ || far_)
            look_by(first_due);
    });
    next_look_ = next;
}

// Long before the horizon is reached, since the next look may be late. After a time in which none
// was armed it has long passed, and all that came since are in far_.
void deadline_list::fetch_near(time_point now)
{
    if (now + 2 * pause < far_from_)
        return;
    far_from_ = now + horizon;
    for (deadline* d = far_; d;) {
        deadline* const next = d->next_;
        if (d->when_ < far_from_) {
            remove(*d);
            add_to(near_, *d);
        }
        d = next;
    }
}

// One walk, however many are due: thousands may be. A callback may arm, disarm or destroy any
// deadline, also one that is still to be called, which is why those are in a list, too. Returns
// when the first of the rest is due.
deadline_list::time_point deadline_list::expire_due()
{
    const auto now = deadline::clock::now();
    fetch_near(now);
    auto first_due = far_ ? far_from_ : time_point::max();
    for (deadline* d = near_; d;) {
        deadline* const next = d->next_;
        if (d->when_ > now) {
            first_due = std::min(first_due, d->when_);
        } else {
            remove(*d);
            add_to(due_, *d);
        }
        d = next;
    }
    while (due_) {
        deadline* const d = due_;
        d->disarm();
        d->expired_ = true;
        d->on_expiry_();
    }
    return first_due;
}

} // namespace v6front
