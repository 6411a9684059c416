// SPDX-License-Identifier: Apache-2.0

#include "engine.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>

namespace v6front
{

engine::engine(resolver& names) : names_(names, context_, deadlines_) {}

engine::~engine()
{
    pool_.close_all();
    deadlines_.stop();
}

void engine::run()
{
    context_.run();
}

void engine::run_until_done(std::function<task<void>()> work)
{
    std::exception_ptr escaped;
    context_.restart();
    // What happened since the last task, such as idle connections that their backends closed.
    context_.poll();
    asio::co_spawn(context_.get_executor(), work(), [&](std::exception_ptr e) {
        escaped = e;
        context_.stop();
    });
    // One call for all of it, since Asio keeps what it recycles for as long as a call lasts.
    context_.run();
    if (escaped)
        std::rethrow_exception(escaped);
}

} // namespace v6front
