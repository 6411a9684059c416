// SPDX-License-Identifier: Apache-2.0

#include "engine_thread.hpp"

#include "httpd/base/guard.hpp"
#include "httpd/base/kept_time.hpp"
#include "httpd/base/own_thread.hpp"
#include "adopted_connection.hpp"

#include <latch>

namespace v6front
{

engine_thread::engine_thread(resolver& names, site_usage& usage, closing_time& end,
                             connection_counts& counts, int number, int engines)
    : number_(number),
      engines_(engines),
      counts_(counts),
      engine_(names, engine::driven::by_its_thread, &usage),
      listener_(engine_.deadlines(), [this] { make_room(); }),
      teller_(engine_.deadlines(), counts)
{
    engine_.closing().obey(end);
    const signals_blocked quiet;
    std::latch running(1);
    thread_ = std::thread([this, &running] {
        const apr_identity self;
        apr_thread_ = self.get();
        running.count_down();
        kept_time::watch_this_thread();
        guard("an engine", [this] { engine_.run(); });
    });
    running.wait();
}

engine_thread::~engine_thread()
{
    end();
}

void engine_thread::enter(adopted_connection& c, int child)
{
    connections_.push_back(&c);
    clients_.store(connections_.size(), std::memory_order_relaxed);
    ++counts_.open;
    slots_.begin(child, number_, engines_);
    listener_.begin(child);
    teller_.begin(child);
}

void engine_thread::leave(adopted_connection& c) noexcept
{
    if (std::erase(connections_, &c) > 0)
        --counts_.open;
    clients_.store(connections_.size(), std::memory_order_relaxed);
}

void engine_thread::begin_stop()
{
    asio::post(engine_.get_executor(), [this] {
        stopping_ = true;
        for (auto* c : connections_)
            c->begin_stop();
    });
}

void engine_thread::make_room()
{
    for (auto* c : connections_)
        c->make_room();
}

void engine_thread::close_idle(bool sites_too)
{
    asio::post(engine_.get_executor(), [this, sites_too] {
        if (sites_too)
            engine_.idle_connections().close_all();
        make_room();
    });
}

void engine_thread::shut_down_offloaded()
{
    asio::post(engine_.get_executor(), [this] {
        for (auto* c : connections_)
            c->shut_down();
    });
}

void engine_thread::end()
{
    if (!thread_.joinable())
        return;
    engine_.stop();
    thread_.join();
    ended_ = true;
}

} // namespace v6front
