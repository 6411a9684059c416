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
    bool done = false;
    std::exception_ptr escaped;
    context_.restart();
    // What happened since the last task, such as idle connections that their backends closed.
    context_.poll();
    asio::co_spawn(context_.get_executor(), work(), [&](std::exception_ptr e) {
        done = true;
        escaped = e;
    });
    while (!done)
        context_.run_one();
    if (escaped)
        std::rethrow_exception(escaped);
}

} // namespace v6front
