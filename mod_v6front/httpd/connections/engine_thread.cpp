// SPDX-License-Identifier: Apache-2.0

#include "engine_thread.hpp"

#include "httpd/base/guard.hpp"
#include "httpd/base/kept_time.hpp"
#include "httpd/base/own_thread.hpp"
#include "adopted_connection.hpp"

#include <array>
#include <latch>
#include <limits>
#include <utility>

namespace v6front
{

engine_thread::engine_thread(services& shared, connection_counts& counts, int number, int engines)
    : number_(number),
      engines_(engines),
      counts_(counts),
      acceptor_(*this, shared),
      engine_(shared.names(), engine::driven::by_its_thread, &shared.usage()),
      listener_(engine_.deadlines(), [this] { make_room(true); }),
      teller_(engine_.deadlines(), counts),
      pulse_(engine_, shared.counters(), static_cast<unsigned>(number), clients_, memory_)
{
    engine_.closing().obey(shared.end());
    const signals_blocked quiet;
    std::latch running(1);
    thread_ = std::thread([this, &running] {
        const apr_identity self;
        apr_thread_ = self.get();
        running.count_down();
        kept_time::watch_this_thread(*calls_);
        // What a handler lacks memory for ends alone.
        for (bool is_over = false; !is_over;)
            guard("an engine", [this, &is_over] {
                engine_.run();
                is_over = true;
            });
    });
    running.wait();
}

engine_thread::~engine_thread()
{
    end();
}

void engine_thread::begin(int child)
{
    if (std::exchange(child_, child) == child)
        return;
    slots_.begin(child, number_, engines_);
    teller_.begin(child);
}

// The MPM's own are one for each of its threads: child * limit of threads + thread (event.c,
// ID_FROM_CHILD_THREAD). Ours are beyond those of all its children.
long engine_thread::next_connection_id()
{
    static const std::array<int, 2> limits = [] {
        std::array<int, 2> found{};
        ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &found[0]);
        ap_mpm_query(AP_MPMQ_HARD_LIMIT_THREADS, &found[1]);
        return found;
    }();
    const auto [children, threads] = limits;
    const unsigned long in_this_child = connections_so_far_++ * engines_ + number_;
    const unsigned long id = (threads + in_this_child) * children + child_;
    return static_cast<long>(id & std::numeric_limits<long>::max());
}

void engine_thread::enter(adopted_connection& c)
{
    connections_.push_back(&c);
    clients_.store(connections_.size(), std::memory_order_relaxed);
    if (!c.is_accepted())
        ++counts_.open;
}

void engine_thread::leave(adopted_connection& c) noexcept
{
    if (std::erase(connections_, &c) > 0 && !c.is_accepted())
        --counts_.open;
    clients_.store(connections_.size(), std::memory_order_relaxed);
}

void engine_thread::accept_at(const std::vector<taken_listener*>& listeners)
{
    for (auto* l : listeners) {
        l->enter();
        asio::post(engine_.get_executor(), [this, l] { acceptor_.start(*l); });
    }
}

void engine_thread::serve_after_all(taken_listener::returned one)
{
    ++counts_.accepted; // until it counts itself
    asio::post(engine_.get_executor(), [this, one = std::move(one)] {
        guard("a connection that the MPM has left", [&] { acceptor_.serve_after_all(one); });
        --counts_.accepted;
    });
}

void engine_thread::begin_to_leave()
{
    asio::post(engine_.get_executor(), [this] {
        leaving_ = true;
        for (auto* c : connections_)
            c->begin_stop();
    });
}

void engine_thread::leave_given_up()
{
    asio::post(engine_.get_executor(), [this] { acceptor_.leave_given_up(); });
}

void engine_thread::begin_stop()
{
    asio::post(engine_.get_executor(), [this] {
        stopping_ = true;
        acceptor_.begin_stop();
        for (auto* c : connections_)
            c->begin_stop();
    });
}

// What the engine has accepted is no connection of the MPM's.
void engine_thread::make_room(bool of_mpm_only)
{
    for (auto* c : connections_)
        if (!of_mpm_only || !c->is_accepted())
            c->make_room();
    if (!of_mpm_only)
        acceptor_.make_room();
}

void engine_thread::close_idle(bool sites_too)
{
    asio::post(engine_.get_executor(), [this, sites_too] {
        if (sites_too)
            engine_.idle_connections().close_all();
        make_room(false);
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
