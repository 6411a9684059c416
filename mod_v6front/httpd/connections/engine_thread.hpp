// SPDX-License-Identifier: Apache-2.0
//
// An engine with the thread that runs it, and the client connections that live on it. Part of the
// child's engine_threads.
#pragma once

#include "net/engine/engine.hpp"
#include "httpd/base/apache.hpp"
#include "httpd/base/call_in_progress.hpp"
#include "accepted_socket.hpp"
#include "acceptor.hpp"
#include "connection_counts.hpp"
#include "engine_pulse.hpp"
#include "listener_watch.hpp"
#include "node_store.hpp"
#include "request_slots.hpp"

#include <atomic>
#include <memory>
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
    engine_thread(services& shared, connection_counts& counts, int number, int engines);
    ~engine_thread();

    engine& get_engine() noexcept { return engine_; }
    apr_thread_t* apr_thread() const noexcept { return apr_thread_; }

    // On the engine's thread.
    node_store& memory() noexcept { return memory_; }
    request_slots& slots() noexcept { return slots_; }
    connection_counts& counts() noexcept { return counts_; }
    connection_pools& pools() noexcept { return pools_; }
    // One that no other connection of this server has (conn_rec, id): by it, mod_cgid ends the
    // program of a request that is over.
    long next_connection_id();
    // On the engine's thread, before its first connection enters. `child`: this process's slot in
    // the scoreboard. Further calls have no effect.
    void begin(int child);
    // With the first connection that the MPM accepts, or is to fetch; likewise.
    void watch_listener() { listener_.begin(child_); }
    void enter(adopted_connection& c);
    void leave(adopted_connection& c) noexcept;
    // It accepts for the next generation, and its MPM has ended.
    bool is_leaving() const noexcept { return leaving_; }
    bool is_stopping() const noexcept { return stopping_; }
    bool has_ended() const noexcept { return ended_; }
    // For whoever watches them.
    const std::shared_ptr<call_in_progress>& calls() const noexcept { return calls_; }
    // Any thread.
    engine_state snapshot() const noexcept
    {
        return {clients_.load(std::memory_order_relaxed), engine_.idle_connections().idle()};
    }
    // Any thread, once: this engine accepts at these.
    void accept_at(const std::vector<taken_listener*>& listeners);
    // Any thread: one that was meant for the MPM, which has stopped.
    void serve_after_all(taken_listener::returned one);
    // Any thread: its connections end as in begin_stop, but it accepts still.
    void begin_to_leave();
    // Any thread: it accepts no more at listeners that were given up.
    void leave_given_up();
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
    void make_room(bool of_mpm_only);

    int number_;
    int engines_;
    int child_ = -1;
    unsigned long connections_so_far_ = 0;
    connection_counts& counts_;
    std::vector<adopted_connection*> connections_;
    std::atomic<std::size_t> clients_{0}; // how many these are, for other threads
    bool leaving_ = false;
    bool stopping_ = false;
    bool ended_ = false;
    apr_thread_t* apr_thread_ = nullptr;
    std::shared_ptr<call_in_progress> calls_ = std::make_shared<call_in_progress>();
    node_store memory_;
    connection_pools pools_;
    request_slots slots_;
    acceptor acceptor_;
    engine engine_; // ends before these: connections that are cut short still leave them
    listener_watch listener_;
    connection_teller teller_;
    engine_pulse pulse_;
    std::thread thread_;
};

} // namespace v6front
