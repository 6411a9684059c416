// SPDX-License-Identifier: Apache-2.0
//
// How long a thread was kept by what it did, waiting or working: the time that has passed, less the
// time in which it could have run and had no processor, which is the machine's fault and nobody
// else's. A hook that computes for long (bcrypt, a regular expression) keeps an engine as one does
// that waits, so processor time is no measure; and context switches only tell that there were some.
// Linux says what is wanted itself, in nanoseconds: the second number in schedstat.
//
// That costs a system call, and a request has no time for one: it is read now and then, and when
// something was slow. Where it cannot be read (no /proc in a chroot), all time counts.
#pragma once

#include "net/loop/loop_clock.hpp"
#include "call_in_progress.hpp"

#include <chrono>
#include <optional>

namespace v6front
{

class kept_time
{
public:
    using clock = loop_clock;

    // Begins. For that virtual host, which whoever looks at this thread is told (call_in_progress).
    explicit kept_time(const server_rec* host);
    ~kept_time();
    kept_time(const kept_time&) = delete;
    kept_time& operator=(const kept_time&) = delete;
    // What has passed so far, if that is too long.
    std::optional<std::chrono::milliseconds> too_long() const { return too_long({}); }
    // The same without a part of it that is known to be something else.
    std::optional<std::chrono::milliseconds> too_long(clock::duration without) const;

    // On an engine's thread, once. On others all time counts: to be wrong there costs little.
    static void watch_this_thread(call_in_progress& calls);

private:
    clock::time_point start_;
    std::chrono::nanoseconds waited_; // for a processor, until about then
    bool is_outermost_;
};

} // namespace v6front
