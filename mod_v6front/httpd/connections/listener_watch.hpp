// SPDX-License-Identifier: Apache-2.0
//
// Keeps the event MPM accepting. Its listener stops when no worker is idle, and a
// worker that becomes idle wakes it if it has stopped by then: where that happens between the
// listener's look and its stopping (event.c, connections_above_limit() and disable_listensocks()),
// it sleeps until something else wakes it. That is a connection in one of the MPM's own queues,
// before long; but with an engine's connections alone there is none, and nobody is accepted until
// one of them has ended. While it has stopped, connections that can be spared are to make room.
// Part of an engine thread, on that thread.
#pragma once

#include "net/loop/deadline.hpp"
#include "httpd/base/apache.hpp"

#include <functional>

namespace v6front
{

class listener_watch
{
public:
    listener_watch(deadline_list& deadlines, std::function<void()> make_room);
    // With the first connection of the engine; the child has this slot of the scoreboard: before
    // that, the MPM may not be ready. Further calls have no effect.
    void begin(int child);

private:
    void look();

    std::function<void()> make_room_;
    deadline next_;
    int child_ = -1;
};

} // namespace v6front
