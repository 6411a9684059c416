// SPDX-License-Identifier: Apache-2.0
//
// What one child process of httpd owns: its engines and their threads, the resolver, the engines
// lent to borrowed threads, the threads for other modules' handlers. Made in child_init, ended
// before the child's pool.
#pragma once

#include "net/address_watch.hpp"
#include "net/admission.hpp"
#include "net/engine.hpp"
#include "net/own_listeners.hpp"
#include "apache.hpp"
#include "borrowed_engines.hpp"
#include "checks.hpp"
#include "connection_counts.hpp"
#include "handover.hpp"
#include "listener_watch.hpp"
#include "node_store.hpp"
#include "offload.hpp"
#include "request_slots.hpp"
#include "slow_hooks.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace v6front
{

class adopted_connection;

// An engine with the thread that runs it, and the client connections that live on it.
class engine_thread
{
public:
    // `number` of `engines`, from 0.
    engine_thread(resolver& names, site_usage& usage, closing_time& end, connection_counts& counts,
                  int number, int engines);
    ~engine_thread();

    engine& on() noexcept { return engine_; }
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

class child
{
public:
    child(const server_rec* main_server, std::string via);
    ~child();
    child(const child&) = delete;

    // The one of this process; nullptr in the parent and before child_init.
    static child* current() noexcept { return current_; }
    static void set_current(child* c) noexcept { current_ = c; }

    // The engine for the next connection, in turn; nullptr when there is none or the child stops.
    engine_thread* next_engine() noexcept;
    borrowed_engines& lent() noexcept { return lent_; }
    offload& handlers() noexcept { return handlers_; }
    slow_hooks& hooks() noexcept { return hooks_; }
    handover_slots& slots() noexcept { return slots_; }
    address_book& book() noexcept { return book_; }
    const health_checks& checks() const noexcept { return checks_; }
    admission& doorkeeper() noexcept { return doorkeeper_; }
    const own_listeners& own() const noexcept { return own_; }
    const closing_time& end() const noexcept { return end_; }
    const std::string& via() const noexcept { return via_; }
    // Hooks of other modules read requests' bodies before a handler runs.
    bool bodies_read_first() const noexcept { return bodies_read_first_; }
    void begin_stop();
    // Any thread: descriptors are running out, and idle clients give back theirs. The connections
    // to sites serve those who are left, and only go where that does not help.
    void make_room(bool sites_too = false);

private:
    static child* current_;

    std::string via_;
    bool bodies_read_first_;
    own_listeners own_;
    resolver names_;
    address_book book_;
    address_watch watch_{book_};
    admission doorkeeper_;
    site_usage usage_;
    health_checks checks_;
    closing_time end_;
    slow_hooks hooks_;
    handover_slots slots_;
    borrowed_engines lent_;
    offload handlers_;
    connection_counts counts_;
    std::vector<std::unique_ptr<engine_thread>> engines_;
    std::atomic<unsigned> turn_{0};
    std::atomic<bool> stopping_{false};
};

} // namespace v6front
