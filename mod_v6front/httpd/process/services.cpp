// SPDX-License-Identifier: Apache-2.0

#include "services.hpp"

#include "core/base/text_number.hpp"
#include "httpd/config/backends.hpp"
#include "httpd/config/config.hpp"
#include "httpd/config/listeners.hpp"
#include "httpd/operator/address_log.hpp"
#include "httpd/operator/name_log.hpp"
#include "check_start.hpp"
#include "generations.hpp"
#include "kept_counters.hpp"
#include "shared_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <string>

namespace v6front
{

std::atomic<services*> services::current_{nullptr};

namespace
{

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

// Under prefork, whose children are not told by a hook before they have nothing more to do. Engines
// accept for a while after they were told.
bool is_stopping()
{
    int state = AP_MPMQ_RUNNING, async = 0;
    ap_mpm_query(AP_MPMQ_MPM_STATE, &state);
    ap_mpm_query(AP_MPMQ_IS_ASYNC, &async);
    return !async && state == AP_MPMQ_STOPPING;
}

// Under prefork there may be a hundred children: each asks for what it needs, when it does.
bool looks_up_beforehand()
{
    int threaded = 0;
    ap_mpm_query(AP_MPMQ_IS_THREADED, &threaded);
    return threaded != 0;
}

task<void> look_over(client_pool& clients, asio::io_context& context)
{
    steady_timer next(context);
    do {
        next.expires_after(pool_limits{}.look);
        const auto [ended] = co_await next.async_wait(directly);
        if (ended)
            co_return;
    } while (clients.look_over());
}

} // namespace

services::services(const server_rec* main_server, std::string_view pseudonym)
    : via_(pseudonym),
      bodies_read_first_(config_of(main_server)->bodies_read_first),
      own_(find_own_listeners()),
      said_(shared_said()),
      counters_(counters_of_server().memory),
      names_(look_up_ipv4, config_of(main_server)->names, log_of_names(main_server, own_, said_)),
      book_(shared_addresses(), log_change),
      doorkeeper_(shared_counters(), shared_limits()),
      usage_(shared_usage(), shared_usage_counters()),
      end_(config_of(main_server)->graceful_time(), is_stopping),
      hooks_(main_server),
      lent_(names_, usage_, end_),
      handlers_(offload_threads(), workers()),
      for_exchanges_{via_, &own_, &book_, &doorkeeper_, clients_.get(), &counters_}
{
    doorkeeper_.take_seat(::getpid());
    usage_.take_seat(::getpid());
    counters_.take_seat(::getpid(), own_generation());
    book_.count_in(counters_);
    book_.set_watcher(
        [this](const endpoint& address, const backend& of) { watch_.try_until_well(address, of); });
    clients_->set_looker(
        [this] { watch_.run([this] { return look_over(*clients_, watch_.context()); }); });
    start_checks(main_server, watch_, names_, own_);
    // In the background, so that not even the first request waits.
    if (looks_up_beforehand())
        for_each_backend(main_server, [this](const configured_backend& b) {
            for (const auto& name : b.backend.names)
                names_.know(name.text);
        });
}

bool services::says_first(std::string_view what, const std::string& place)
{
    auto* shared = current();
    return shared && shared->said_.is_first(text_number(std::string(what) + " " + place));
}

services::~services()
{
    clients_->end();
}

} // namespace v6front
