// SPDX-License-Identifier: Apache-2.0

#include "child.hpp"

#include "address_log.hpp"
#include "adopted_connection.hpp"
#include "backends.hpp"
#include "guard.hpp"
#include "listeners.hpp"
#include "name_log.hpp"
#include "own_thread.hpp"
#include "shared_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <latch>

namespace v6front
{

child* child::current_ = nullptr;

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
    ++counts_.open;
    slots_.begin(child, number_, engines_);
    listener_.begin(child);
    teller_.begin(child);
}

void engine_thread::leave(adopted_connection& c) noexcept
{
    if (std::erase(connections_, &c) > 0)
        --counts_.open;
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

namespace
{

unsigned engines_wanted(const server_rec* main_server)
{
    int threaded = 0, async = 0;
    ap_mpm_query(AP_MPMQ_IS_THREADED, &threaded);
    ap_mpm_query(AP_MPMQ_IS_ASYNC, &async);
    if (!threaded || !async)
        return 0;
    const unsigned processors = std::clamp(std::thread::hardware_concurrency(), 1u, 16u);
    return config_of(main_server)->threads.value_or(processors);
}

std::size_t workers()
{
    int threads = 0;
    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    return static_cast<std::size_t>(std::max(threads, 1));
}

// MaxRequestWorkers: a child may have all connections of the server, since the MPM, whose own
// workers are idle then, starts no other.
std::size_t offload_threads()
{
    int children = 0;
    ap_mpm_query(AP_MPMQ_MAX_DAEMONS, &children);
    return workers() * static_cast<std::size_t>(std::max(children, 1));
}

// Under prefork, whose children are not told by a hook before they have nothing more to do.
bool is_stopping()
{
    int state = AP_MPMQ_RUNNING;
    ap_mpm_query(AP_MPMQ_MPM_STATE, &state);
    return state == AP_MPMQ_STOPPING;
}

void log_end(const closing_time& end)
{
    if (end.tunnels() + end.responses() == 0)
        return;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(end.limit());
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf,
                 V6LOGNO(0146) "this process was told to stop, and still had %u tunnels and %u "
                               "responses after V6FrontGracefulTimeout, which is %d s: they were "
                               "closed",
                 end.tunnels(), end.responses(), static_cast<int>(seconds.count()));
}

// Under prefork there may be a hundred children: each asks for what it needs, when it does.
bool looks_up_beforehand()
{
    int threaded = 0;
    ap_mpm_query(AP_MPMQ_IS_THREADED, &threaded);
    return threaded != 0;
}

} // namespace

child::child(const server_rec* main_server, std::string via)
    : via_(std::move(via)),
      bodies_read_first_(config_of(main_server)->bodies_read_first),
      own_(find_own_listeners()),
      names_(look_up_ipv4, config_of(main_server)->names, log_of_names(main_server, own_)),
      book_(shared_addresses(), log_change),
      doorkeeper_(shared_counters(), shared_limits()),
      usage_(shared_usage(), shared_usage_counters()),
      end_(config_of(main_server)->graceful_time(), is_stopping),
      hooks_(main_server),
      lent_(names_, usage_, end_),
      handlers_(offload_threads(), workers())
{
    doorkeeper_.take_seat(::getpid());
    usage_.take_seat(::getpid());
    engine::set_relief([] {
        if (current_)
            current_->make_room();
    });
    book_.set_watcher([this](const endpoint& address, std::string_view backend) {
        watch_.try_until_well(address, backend);
    });
    checks_.start(main_server, watch_, names_, own_);
    // In the background, so that not even the first request waits.
    if (looks_up_beforehand())
        for_each_backend(main_server, [this](const configured_backend& b) {
            for (const auto& name : b.names)
                names_.know(name);
        });
    const auto n = static_cast<int>(engines_wanted(main_server));
    for (int i = 0; i < n; ++i)
        engines_.push_back(std::make_unique<engine_thread>(names_, usage_, end_, counts_, i, n));
}

// Offload threads first: they hold connections that the engines would then end.
child::~child()
{
    current_ = nullptr;
    for (auto& e : engines_)
        e->shut_down_offloaded();
    handlers_.end();
    for (auto& e : engines_)
        e->end();
    log_end(end_);
}

engine_thread* child::next_engine() noexcept
{
    if (engines_.empty() || stopping_.load(std::memory_order_relaxed))
        return nullptr;
    return engines_[turn_.fetch_add(1, std::memory_order_relaxed) % engines_.size()].get();
}

void child::make_room(bool sites_too)
{
    for (auto& e : engines_)
        e->close_idle(sites_too);
    if (sites_too)
        lent_.end_idle();
}

void child::begin_stop()
{
    stopping_ = true;
    end_.begin();
    for (auto& e : engines_)
        e->begin_stop();
}

} // namespace v6front
