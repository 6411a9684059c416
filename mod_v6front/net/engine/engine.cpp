// SPDX-License-Identifier: Apache-2.0

#include "engine.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

namespace v6front
{

engine::engine(resolver& names, driven how, site_usage* usage)
    : how_(how),
      own_usage_(usage ? nullptr : std::make_unique<site_usage>()),
      pool_({}, how == driven::by_its_thread ? pool::idle_are::watched : pool::idle_are::left_alone,
            usage ? usage : own_usage_.get()),
      names_(names, context_, deadlines_)
{
}

engine::~engine()
{
    pool_.close_all();
    deadlines_.stop();
}

void engine::run()
{
    context_.run();
}

// One coroutine for all tasks, which waits for the next between two of them. A task that were
// spawned would begin in the loop's next turn, after a check of all sockets, and allocate for it.
task<void> engine::serve_borrowers()
{
    for (;;) {
        co_await begin_.wait(context_.get_executor());
        try {
            co_await work_();
        } catch (...) {
            escaped_ = std::current_exception();
        }
        done_ = true;
        context_.stop();
    }
}

void engine::run_until_done(std::function<task<void>()> work)
{
    context_.restart();
    if (!begin_.has_waiter()) {
        asio::co_spawn(context_, serve_borrowers(), asio::detached);
        context_.poll();
    }
    work_ = std::move(work);
    done_ = false;
    begin_.resume();
    // One call for all of it, since Asio keeps what it recycles for as long as a call lasts.
    if (!done_) {
        context_.run();
    } else if (deadlines_.is_look_due()) { // of connections that have been idle for too long
        context_.restart();
        context_.poll();
    }
    work_ = nullptr;
    if (escaped_)
        std::rethrow_exception(std::exchange(escaped_, nullptr));
}

} // namespace v6front
