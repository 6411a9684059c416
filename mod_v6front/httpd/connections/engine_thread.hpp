// SPDX-License-Identifier: Apache-2.0
//
// An engine with the thread that runs it, and the client connections that live on it. Part of the
// child's engine_threads.
#pragma once

#include "net/engine/engine.hpp"
#include "httpd/base/apache.hpp"
#include "connection_counts.hpp"
#include "listener_watch.hpp"
#include "node_store.hpp"
#include "request_slots.hpp"

#include <atomic>
#include <thread>
#include <vector>

namespace v6front
{

class adopted_connection;

// An engine, for whoever lists it.
struct engine_state {
    std::size_t clients; // connections of clients that live on it
    std::size_t idle;    // idle connections to sites
};

class engine_thread
{
public:
    // `number` of `engines`, from 0.
    engine_thread(resolver& names, site_usage& usage, closing_time& end, connection_counts& counts,
                  int number, int engines);
    ~engine_thread();

    engine& get_engine() noexcept { return engine_; }
    apr_thread_t* apr_thread() const noexcept { return apr_thread_; }

    // On the engine's thread.
    node_store& memory() noexcept { return memory_; }
    request_slots& slots() noexcept { return slots_; }
    connection_counts& counts() noexcept { return counts_; }
    // On the engine's thread. `child`: this process's slot in the scoreboard.
    void enter(adopted_connection& c, int child);
    void leave(adopted_connection& c) noexcept;
    bool is_stopping() const noexcept { return stopping_; }
    bool has_ended() const noexcept { return ended_; }
    // Any thread.
    engine_state snapshot() const noexcept
    {
        return {clients_.load(std::memory_order_relaxed), engine_.idle_connections().idle()};
    }
    // Any thread: idle connections close at once, the others after the response in progress.
    void begin_stop();
    // Any thread: what offload threads do for this engine's connections comes to its end.
    void shut_down_offloaded();
    // Any thread: idle clients are closed, and where that was not enough, idle connections to
    // sites.
    void close_idle(bool sites_too);
    // Any thread, once: ends the engine's thread, whatever its connections do.
    void end();

private:
    void make_room();

    int number_;
    int engines_;
    connection_counts& counts_;
    std::vector<adopted_connection*> connections_;
    std::atomic<std::size_t> clients_{0}; // how many these are, for other threads
    bool stopping_ = false;
    bool ended_ = false;
    apr_thread_t* apr_thread_ = nullptr;
    node_store memory_;
    request_slots slots_;
    engine engine_; // ends before these: connections that are cut short still leave them
    listener_watch listener_;
    connection_teller teller_;
    std::thread thread_;
};

} // namespace v6front
