// SPDX-License-Identifier: Apache-2.0
//
// Engines for requests that run on the thread that httpd called us on. A thread borrows one for an
// exchange and returns it: few engines serve many threads, and their idle backend connections are
// shared by all of them. Nobody drives an engine that rests here, so a thread of its own, begun
// when there is something to look at, looks over the idle connections of those that do. Part of the
// child.
#pragma once

#include "net/engine/engine.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace v6front
{

// These engines, for whoever lists them.
struct lent_state {
    std::size_t resting; // that nobody has borrowed
    std::size_t idle;    // their idle connections to sites
};

class borrowed_engines
{
public:
    borrowed_engines(resolver& names, site_usage& usage, closing_time& end)
        : names_(names), usage_(usage), end_(end)
    {
    }
    ~borrowed_engines();
    borrowed_engines(const borrowed_engines&) = delete;
    borrowed_engines& operator=(const borrowed_engines&) = delete;

    class loan
    {
    public:
        explicit loan(borrowed_engines& from) : from_(from), engine_(from.take()) {}
        ~loan() { from_.put(std::move(engine_)); }
        loan(const loan&) = delete;
        loan& operator=(const loan&) = delete;
        engine& operator*() const noexcept { return *engine_; }
        engine* operator->() const noexcept { return engine_.get(); }

    private:
        borrowed_engines& from_;
        std::unique_ptr<engine> engine_;
    };

    // Any thread: closes what nobody has borrowed, and its idle backend connections.
    void end_idle();
    // Any thread.
    lent_state snapshot() const;

private:
    std::unique_ptr<engine> take();
    void put(std::unique_ptr<engine> e);
    void start_looking();
    void look_over();

    resolver& names_;
    site_usage& usage_;
    closing_time& end_;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<engine>> resting_;
    std::condition_variable changed_;
    bool looking_ = false; // the thread has work, or is about to find out
    bool ended_ = false;
    std::thread looker_;
};

} // namespace v6front
