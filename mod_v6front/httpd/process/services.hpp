// SPDX-License-Identifier: Apache-2.0
//
// What all exchanges of one child process share: names, addresses, limits, the engines lent
// to borrowed threads, the threads for other modules' handlers. Each of them is for any thread.
//
// Life: made by the child, before its engines; ends after them.
#pragma once

#include "net/backends/address_watch.hpp"
#include "net/backends/client_pool.hpp"
#include "net/exchange/admission.hpp"
#include "net/loop/closing_time.hpp"
#include "net/names/own_listeners.hpp"
#include "net/names/resolver.hpp"
#include "net/shared/said_table.hpp"
#include "net/shared/site_counters.hpp"
#include "net/shared/site_usage.hpp"
#include "httpd/base/apache.hpp"
#include "borrowed_engines.hpp"
#include "offload.hpp"
#include "slow_hooks.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

namespace v6front
{

class services
{
public:
    services(const server_rec* main_server, std::string_view pseudonym);
    ~services();
    services(const services&) = delete;

    // Those of this process; nullptr in the parent and before child_init.
    static services* current() noexcept { return current_.load(std::memory_order_acquire); }
    static void set_current(services* s) noexcept { current_.store(s, std::memory_order_release); }

    // Of all child processes: whether this is the first to say that of the rule, or of the virtual
    // host, which is written there.
    static bool says_first(std::string_view what, const std::string& place);

    resolver& names() noexcept { return names_; }
    const resolver& names() const noexcept { return names_; }
    site_usage& usage() noexcept { return usage_; }
    const site_usage& usage() const noexcept { return usage_; }
    said_table& said() noexcept { return said_; }
    site_counters& counters() noexcept { return counters_; }
    const site_counters& counters() const noexcept { return counters_; }
    closing_time& end() noexcept { return end_; }
    borrowed_engines& borrowed() noexcept { return lent_; }
    const borrowed_engines& borrowed() const noexcept { return lent_; }
    offload& handlers() noexcept { return handlers_; }
    slow_hooks& hooks() noexcept { return hooks_; }
    address_watch& watch() noexcept { return watch_; }
    client_pool& clients() const noexcept { return *clients_; }
    // For a client connection, which may outlive this.
    const std::shared_ptr<client_pool>& shared_clients() const noexcept { return clients_; }
    const exchange_services& for_exchanges() const noexcept { return for_exchanges_; }
    // Hooks of other modules read requests' bodies before a handler runs.
    bool bodies_read_first() const noexcept { return bodies_read_first_; }

private:
    static std::atomic<services*> current_; // other threads still ask while the process ends

    via_name via_;
    bool bodies_read_first_;
    own_listeners own_;
    said_table said_; // outlives those who speak
    site_counters counters_;
    resolver names_;
    address_book book_;
    admission doorkeeper_;
    site_usage usage_;
    std::shared_ptr<client_pool> clients_{std::make_shared<client_pool>(&usage_)};
    address_watch watch_{book_};
    closing_time end_;
    slow_hooks hooks_;
    borrowed_engines lent_;
    offload handlers_;
    exchange_services for_exchanges_; // the part of all this that they see
};

} // namespace v6front
