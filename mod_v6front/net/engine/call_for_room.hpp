// SPDX-License-Identifier: Apache-2.0
//
// A request waits for its response on a new connection. Where a site serves few connections at a
// time (one, if it is a small device; as many as it has processes), the new one may be waiting in
// the system's queue until an idle one of ours ends, and a connect does not show that. So after a
// while it asks for one idle connection to that address to be closed, of whatever engine or child;
// then again. Part of an attempt, from before the connect until the response's head is there.
#pragma once

#include "engine.hpp"

#include <algorithm>

namespace v6front
{

class call_for_room
{
public:
    call_for_room(engine& engine, const endpoint& to)
        : usage_(engine.idle_connections().usage()),
          at_(usage_.find(to)),
          pause_(usage_.patience(at_)),
          next_(engine.deadlines(), [this] { call(); })
    {
        next_.arm(pause_);
    }
    ~call_for_room() { end(); }
    call_for_room(const call_for_room&) = delete;
    call_for_room& operator=(const call_for_room&) = delete;

private:
    void end() noexcept
    {
        if (std::exchange(asked_, false))
            usage_.take_back(at_);
    }
    void call()
    {
        end();
        asked_ = usage_.ask(at_);
        if (asked_)
            pause_ = std::min(2 * pause_, site_usage::max_patience);
        // Where none is idle there is nothing to ask for.
        next_.arm(asked_                  ? pause_
                  : usage_.idle(at_) == 0 ? site_usage::least_patience
                                          : site_usage::ask_pause);
    }

    site_usage& usage_;
    site_usage::place at_;
    std::chrono::milliseconds pause_;
    deadline next_;
    bool asked_ = false;
};

} // namespace v6front
