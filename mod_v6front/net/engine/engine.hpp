// SPDX-License-Identifier: Apache-2.0
//
// One io_context and all that belongs to it: deadlines, idle backend connections, known names. Used
// by one thread at a time and shares nothing with other engines but the resolver, so that the data
// path has no locks. Either a thread of its own runs it (run), or it is lent: one thread after
// another drives it for one task (run_until_done), and nobody does in between.
#pragma once

#include "net/backends/pool.hpp"
#include "net/loop/asio.hpp"
#include "net/loop/closing_time.hpp"
#include "net/loop/deadline.hpp"
#include "net/loop/event.hpp"
#include "net/names/name_cache.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <atomic>
#include <exception>
#include <functional>
#include <memory>

namespace v6front
{

class engine
{
public:
    enum class driven { by_its_thread, by_borrowers };

    // `usage`: what it shares with other engines of how many connections sites have.
    explicit engine(resolver& names, driven how = driven::by_its_thread,
                    site_usage* usage = nullptr);
    ~engine();
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;

    asio::io_context& context() noexcept { return context_; }
    executor get_executor() noexcept { return context_.get_executor(); }
    deadline_list& deadlines() noexcept { return deadlines_; }
    closing_list& closing() noexcept { return closing_; }
    pool& idle_connections() noexcept { return pool_; }
    const pool& idle_connections() const noexcept { return pool_; }
    name_cache& names() noexcept { return names_; }

    // Its thread, while it has one, is the task's alone and may be blocked for a moment.
    bool is_lent() const noexcept { return how_ == driven::by_borrowers; }

    // Serves until stop(). The thread that calls becomes the engine's.
    void run();
    // What to do when descriptors run out, for all engines of the process: idle clients give theirs
    // back; where that did not help, idle connections to sites do, too.
    static void set_relief(void (*ask)(bool sites_too)) noexcept { relief() = ask; }
    static void ask_for_relief(bool sites_too = false)
    {
        if (auto* ask = relief().load())
            ask(sites_too);
    }

    // Any thread: run() returns after the handler in progress.
    void stop() { context_.stop(); }

    // On a borrowed thread: runs the task to its end, and rethrows what escaped it.
    void run_until_done(std::function<task<void>()> work);
    // False after an exception that is not the task's own: something of it may still be here, and
    // ends with the engine.
    bool is_whole() const noexcept { return done_; }

private:
    task<void> serve_borrowers();
    static std::atomic<void (*)(bool)>& relief() noexcept
    {
        static std::atomic<void (*)(bool)> ask{nullptr};
        return ask;
    }

    const driven how_;
    // All before the context, so after it at the end: coroutines that are cut short count here, and
    // have deadlines and entries.
    std::unique_ptr<site_usage> own_usage_;
    deadline_list deadlines_{context_};
    closing_list closing_{deadlines_};
    // No lock in the reactor: only one thread at a time does I/O here. Posting from others stays
    // safe.
    asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
    asio::executor_work_guard<executor> open_{context_.get_executor()};
    // What run_until_done() hands to serve_borrowers(), and gets back from it.
    event begin_;
    std::function<task<void>()> work_;
    std::exception_ptr escaped_;
    bool done_ = true;
    pool pool_;
    name_cache names_;
};

} // namespace v6front
