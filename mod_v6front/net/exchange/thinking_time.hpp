// SPDX-License-Identifier: Apache-2.0
//
// What is left of the time that a backend has for its answer. Its own time alone counts: the body's
// way up does not, and when all is sent the time begins anew. So it does with "102 Processing",
// which says just that (RFC 2518 10.1). A 100 or 103 says nothing about when the answer comes, and
// a backend that sent one now and then would else hold an exchange as often as it did. Part of an
// attempt; refers to nothing.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

namespace v6front
{

class thinking_time
{
public:
    explicit thinking_time(std::chrono::milliseconds limit) : max_(limit), left_(limit) {}

    std::chrono::milliseconds left(bool all_is_sent)
    {
        if (all_is_sent && !std::exchange(all_was_sent_, true))
            left_ = max_;
        return left_;
    }
    // So much has, until a head of this status came; 0 if none did.
    void has_passed(std::chrono::steady_clock::duration time, int status)
    {
        using ms = std::chrono::milliseconds;
        passed_ += time;
        left_ =
            status == 102 ? max_ : std::max(left_ - std::chrono::duration_cast<ms>(time), ms(0));
    }

    // All of it, until the final head or the end. It is a part of the whole, which a finer clock
    // (loop_clock) may say is less.
    std::chrono::microseconds passed(std::chrono::microseconds whole) const noexcept
    {
        return std::min(std::chrono::duration_cast<std::chrono::microseconds>(passed_), whole);
    }

private:
    std::chrono::milliseconds max_;
    std::chrono::milliseconds left_;
    std::chrono::steady_clock::duration passed_{};
    bool all_was_sent_ = false;
};

} // namespace v6front
