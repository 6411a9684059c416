// SPDX-License-Identifier: Apache-2.0
//
// The engines of one child process. Made by the child, when all that its exchanges share exists;
// ended before that.
#pragma once

#include "httpd/process/held_calls.hpp"
#include "httpd/process/services.hpp"
#include "connection_counts.hpp"
#include "engine_thread.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace v6front
{

class engine_threads
{
public:
    engine_threads(const server_rec* main_server, services& shared);

    // Any thread: the engine for the next connection, in turn; nullptr when there is none or the
    // child stops.
    engine_thread* next() noexcept;
    bool any() const noexcept { return !engines_.empty(); }
    // Once: they accept connections at these.
    void accept_at(const std::vector<taken_listener*>& listeners);
    // Any thread: one that was meant for the MPM, which has stopped.
    void serve_after_all(taken_listener::returned one);
    // Any thread: how many connections they have accepted that have not ended.
    unsigned accepted() const noexcept { return counts_.accepted; }
    // Any thread: nothing more from the MPM, and those that are here end with their response; the
    // engines themselves accept still.
    void begin_to_leave();
    // Any thread: they accept no more at listeners that were given up.
    void leave_given_up();
    // On the first engine; there is one.
    void run(task<void> life);
    void post(std::function<void()> work);
    // On the first engine: the MPM gets a connection from it.
    void watch_listener() { engines_.front()->watch_listener(); }
    // Any thread: no new connections, and those that are here end with their response.
    void begin_stop();
    // Any thread: idle clients are closed; also idle connections to sites.
    void close_idle(bool sites_too);
    // Any thread: what offload threads do for connections of the engines comes to its end.
    void shut_down_offloaded();
    // Any thread.
    std::vector<engine_state> snapshot() const;
    // Of each engine.
    calls_of_engines calls() const;
    // Any thread, once: ends the threads, whatever their connections do.
    void end();

private:
    connection_counts counts_;
    std::vector<std::unique_ptr<engine_thread>> engines_;
    std::atomic<unsigned> turn_{0};
    std::atomic<bool> stopping_{false};
};

} // namespace v6front
