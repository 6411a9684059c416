// SPDX-License-Identifier: Apache-2.0
//
// Taking a connection from the event MPM without a race. After the process_connection hook has
// returned SUSPENDED the worker still stores into the connection, even after the last
// suspend_connection hook has run (event.c, process_socket), so no hook is late enough to begin.
// The worker's own slot in the scoreboard tells: it is marked before the hook returns, and the
// worker's next status there, or its next visit to the hook, is proof that it is done with this
// connection.
//
// One file, public API only; another way to take connections would replace it.
#pragma once

#include "httpd/base/apache.hpp"

#include <atomic>
#include <memory>

namespace v6front
{

// Counts, per worker of this child, the connections that it has handed over. Part of the child.
class handover_slots
{
public:
    handover_slots();
    unsigned next(int slot) noexcept { return ++generations_[slot]; }
    unsigned now(int slot) const noexcept { return generations_[slot]; }
    int size() const noexcept { return size_; }

private:
    int size_;
    std::unique_ptr<std::atomic<unsigned>[]> generations_;
};

// One connection on its way from a worker to an engine.
class handover
{
public:
    // On the worker, in the process_connection hook: marks the worker and suspends the connection.
    handover(conn_rec* c, handover_slots& slots);

    enum class progress {
        pending,  // the worker may still store into the connection: look again shortly
        complete, // it is the engine's alone
        // At a graceful stop the MPM overwrites every mark. One store of the worker may be
        // outstanding: the connection can be served, but must not be destroyed for a second.
        complete_but_keep
    };
    // On the engine.
    progress check() const;
    // This process's slot in the scoreboard.
    int child() const noexcept { return child_; }

private:
    conn_rec* connection_;
    handover_slots& slots_;
    int child_;
    int slot_;
    unsigned generation_;
};

} // namespace v6front
