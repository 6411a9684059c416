// SPDX-License-Identifier: Apache-2.0
//
// One io_context and all that belongs to it: deadlines, idle backend connections, known names. Used
// by one thread at a time and shares nothing with other engines but the resolver, so that the data
// path has no locks. Either a thread of its own runs it (run), or a borrowed thread drives it for
// one task (run_until).
#pragma once

#include "asio.hpp"
#include "deadline.hpp"
#include "pool.hpp"
#include "resolver.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <functional>

namespace v6front
{

class engine
{
public:
    explicit engine(resolver& names);
    ~engine();
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;

    asio::io_context& context() noexcept { return context_; }
    executor get_executor() noexcept { return context_.get_executor(); }
    deadline_list& deadlines() noexcept { return deadlines_; }
    pool& idle_connections() noexcept { return pool_; }
    name_cache& names() noexcept { return names_; }

    // Serves until stop(). The thread that calls becomes the engine's.
    void run();
    // Any thread: run() returns after the handler in progress.
    void stop() { context_.stop(); }

    // On a borrowed thread: runs the task to its end, and rethrows what escaped it.
    void run_until_done(std::function<task<void>()> work);

private:
    // What is in flight when an engine goes refers to the members below, so it goes before them.
    struct io_context : asio::io_context {
        using asio::execution_context::shutdown;
        using asio::io_context::io_context;
    };
    // Before the context, so after it at the end: coroutines that are cut short have deadlines
    // here.
    deadline_list deadlines_{context_};
    // No lock in the reactor: only one thread at a time does I/O here. Posting from others stays
    // safe.
    io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
    asio::executor_work_guard<executor> open_{context_.get_executor()};
    pool pool_;
    name_cache names_;
};

} // namespace v6front
