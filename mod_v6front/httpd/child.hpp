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
#include "handover.hpp"
#include "listener_watch.hpp"
#include "node_store.hpp"
#include "offload.hpp"

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
    engine_thread(resolver& names, site_usage& usage, int number);
    ~engine_thread();

    engine& on() noexcept { return engine_; }
    int number() const noexcept { return number_; }
    apr_thread_t* apr_thread() const noexcept { return apr_thread_; }

    // On the engine's thread.
    node_store& memory() noexcept { return memory_; }
    // On the engine's thread. `child`: this process's slot in the scoreboard.
    void enter(adopted_connection& c, int child);
    void leave(adopted_connection& c) noexcept;
    bool is_stopping() const noexcept { return stopping_; }
    bool has_ended() const noexcept { return ended_; }
    // Any thread: idle connections close at once, the others after the response in progress.
    void begin_stop();
    // Any thread: what offload threads do for this engine's connections comes to its end.
    void shut_down_offloaded();
    // Any thread, once: ends the engine's thread, whatever its connections do.
    void end();

private:
    void run();

    int number_;
    std::vector<adopted_connection*> connections_;
    bool stopping_ = false;
    bool ended_ = false;
    apr_thread_t* apr_thread_ = nullptr;
    node_store memory_;
    engine engine_; // ends before these: connections that are cut short still leave them
    listener_watch listener_;
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
    handover_slots& slots() noexcept { return slots_; }
    address_book& book() noexcept { return book_; }
    const health_checks& checks() const noexcept { return checks_; }
    admission& doorkeeper() noexcept { return doorkeeper_; }
    const own_listeners& own() const noexcept { return own_; }
    const std::string& via() const noexcept { return via_; }
    // Hooks of other modules read requests' bodies before a handler runs.
    bool bodies_read_first() const noexcept { return bodies_read_first_; }
    void begin_stop();

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
    handover_slots slots_;
    borrowed_engines lent_;
    offload handlers_;
    std::vector<std::unique_ptr<engine_thread>> engines_;
    std::atomic<unsigned> turn_{0};
    std::atomic<bool> stopping_{false};
};

} // namespace v6front
