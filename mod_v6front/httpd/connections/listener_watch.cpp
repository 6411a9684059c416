// SPDX-License-Identifier: Apache-2.0

#include "listener_watch.hpp"

#include "httpd/base/guard.hpp"

#include <atomic>
#include <utility>

namespace v6front
{

namespace
{

// A timer of the MPM that no worker has come to yet. The workers outlive the child's own objects.
std::atomic<bool> has_been_woken{false};

extern "C" void v6front_listener_is_awake(void*)
{
    guard("a timer of the MPM", [] { has_been_woken = false; });
}

bool has_stopped(int child)
{
    const auto* process = ap_get_scoreboard_process(child);
    return process && __atomic_load_n(&process->not_accepting, __ATOMIC_RELAXED) != 0;
}

// A new timer makes the listener look at everything again. While all workers are busy there is
// nothing to do, and it is not asked a second time.
void wake()
{
    if (!has_been_woken.exchange(true))
        ap_mpm_register_timed_callback(0, v6front_listener_is_awake, nullptr);
}

} // namespace

listener_watch::listener_watch(deadline_list& deadlines, std::function<void()> make_room)
    : make_room_(std::move(make_room)), next_(deadlines, [this] { look(); })
{
}

void listener_watch::begin(int child)
{
    if (std::exchange(child_, child) == child)
        return;
    next_.arm(deadline_list::pause);
}

void listener_watch::look()
{
    if (has_stopped(child_)) {
        make_room_();
        wake();
    }
    next_.arm(deadline_list::pause);
}

} // namespace v6front
