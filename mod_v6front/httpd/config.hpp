// SPDX-License-Identifier: Apache-2.0
//
// What the directives have set, per server and per location, as httpd creates and merges it. Lives
// in the configuration's pool; read-only once the server runs, by all threads.
#pragma once

#include "core/reverse.hpp"
#include "core/route.hpp"
#include "apache.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace v6front
{

// A V6FrontPassMatch. Tried in the order of the configuration, before the paths.
struct match_rule {
    ap_regex_t* regex = nullptr;
    std::optional<backend_url> backend; // its path may have $1 to $9; none: "!"
};

struct server_config {
    route_table routes;
    std::vector<match_rule> matches;
    std::map<std::string, std::vector<asio::ip::address_v4>, std::less<>> pins; // "": every backend
    std::optional<bool> engine;
    std::optional<unsigned> threads;  // main server only
    bool has_location_routes = false; // of this server itself

    bool has_routes() const { return !routes.empty() || !matches.empty() || has_location_routes; }
    bool engine_on() const { return engine.value_or(true); }
    // The addresses that V6FrontBackendV4 gives for a backend's name; empty: look it up.
    std::span<const asio::ip::address_v4> pinned(std::string_view host) const;
};

struct location_config {
    exchange_settings settings;
    std::vector<reverse_rule> reverse;
    const route* own_route = nullptr; // V6FrontPass in this <Location>
};

server_config* config_of(const server_rec* server);
location_config* config_of(const request_rec* r);

} // namespace v6front
