// SPDX-License-Identifier: Apache-2.0
//
// What the directives have set, per server and per location, as httpd creates and merges it. Lives
// in the configuration's pool; read-only once the server runs, by all threads.
#pragma once

#include "core/edits/reverse.hpp"
#include "core/rules/cookie_rule.hpp"
#include "core/rules/route.hpp"
#include "core/rules/trusted_peers.hpp"
#include "net/backends/backend.hpp"
#include "httpd/base/apache.hpp"
#include "read_limits.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace v6front
{

// A V6FrontPassMatch. Tried in the order of the configuration, before the paths.
struct match_rule : rule {
    std::string pattern;
    ap_regex_t* regex = nullptr;
    std::optional<reverse_rule> moved{}; // what it does to URLs, where that is certain
};

// What is used instead of a backend's name (V6FrontBackendV4): addresses, and names looked up
// instead of it.
struct backend_targets {
    std::vector<asio::ip::address_v4> addresses;
    std::vector<std::string> names;
    std::string place{}; // where it is written, "file:line"
    bool empty() const { return addresses.empty() && names.empty(); }
};

struct configured_pseudo_v4; // pseudo_v4_directive.hpp

struct server_config {
    route_table routes;
    std::vector<match_rule> matches;
    std::map<std::string, backend_targets, std::less<>> pins; // "": every backend
    trusted_peers trusted;                                    // V6FrontTrust
    std::optional<bool> engine;
    std::optional<unsigned> threads;              // main server only
    std::optional<bool> accept;                   // main server only
    resolve_rules names;                          // main server only
    std::optional<milliseconds> graceful_timeout; // main server only
    bool bodies_read_first = false;               // main server only: by hooks of other modules
    std::vector<route*> location_routes;
    const configured_pseudo_v4* pseudo_v4 = nullptr;
    read_limits reading{};         // known when the configuration is settled
    std::vector<backend> backends; // of its rules, by their numbers; made by settle_backends

    bool has_routes() const
    {
        return !routes.empty() || !matches.empty() || !location_routes.empty();
    }
    milliseconds graceful_time() const
    {
        return graceful_timeout.value_or(std::chrono::minutes(10));
    }
    bool engine_on() const { return engine.value_or(true); }
    bool engines_accept() const { return accept.value_or(true); }
    // What V6FrontBackendV4 gives for a backend's name; empty: look it up.
    const backend_targets& pinned(std::string_view host) const;
};

struct location_config {
    exchange_settings settings;
    std::vector<reverse_rule> reverse;
    cookie_rules cookies;
    route* own_route = nullptr; // V6FrontPass in this <Location>
};

// How many limits (max=) the configuration in this pool has so far; each is counted by its number.
unsigned& limits_in(apr_pool_t* pconf);

server_config* config_of(const server_rec* server);
location_config* config_of(const request_rec* r);

} // namespace v6front
