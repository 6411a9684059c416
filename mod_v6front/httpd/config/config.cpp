// SPDX-License-Identifier: Apache-2.0

#include "config.hpp"

#include "httpd/base/bridge.h"
#include "httpd/base/guard.hpp"

namespace v6front
{

server_config* config_of(const server_rec* server)
{
    return static_cast<server_config*>(
        ap_get_module_config(server->module_config, &v6front_module));
}

location_config* config_of(const request_rec* r)
{
    return static_cast<location_config*>(ap_get_module_config(r->per_dir_config, &v6front_module));
}

const backend_targets& server_config::pinned(std::string_view host) const
{
    static const backend_targets none;
    auto found = pins.find(host);
    if (found == pins.end())
        found = pins.find("");
    return found == pins.end() ? none : found->second;
}

unsigned& limits_in(apr_pool_t* pconf)
{
    constexpr const char* key = "v6front-limits";
    void* found = nullptr;
    apr_pool_userdata_get(&found, key, pconf);
    if (!found) {
        found = pool_new<unsigned>(pconf, 0u);
        apr_pool_userdata_setn(found, key, nullptr, pconf);
    }
    return *static_cast<unsigned*>(found);
}

namespace
{

server_config* merged(apr_pool_t* pool, const server_config& base, const server_config& over)
{
    auto* made = pool_new<server_config>(pool, over);
    made->routes = route_table::merge(base.routes, over.routes);
    made->matches.insert(made->matches.end(), base.matches.begin(), base.matches.end());
    // A pin for every backend of the virtual host displaces what the main server says of single
    // ones.
    if (!over.pins.contains(""))
        made->pins.insert(base.pins.begin(), base.pins.end());
    if (!over.engine)
        made->engine = base.engine;
    if (!over.threads)
        made->threads = base.threads;
    made->location_routes.insert(made->location_routes.end(), base.location_routes.begin(),
                                 base.location_routes.end());
    return made;
}

location_config* merged(apr_pool_t* pool, const location_config& base, const location_config& over)
{
    auto* made = pool_new<location_config>(pool, over);
    made->settings = merge(base.settings, over.settings);
    made->reverse.insert(made->reverse.end(), base.reverse.begin(), base.reverse.end());
    if (!over.own_route)
        made->own_route = base.own_route;
    return made;
}

} // namespace

extern "C" {

void* v6front_create_server_config(apr_pool_t* pool, server_rec*)
{
    return guard("creating the server configuration", static_cast<void*>(nullptr),
                 [=]() -> void* { return pool_new<server_config>(pool); });
}

void* v6front_merge_server_config(apr_pool_t* pool, void* base, void* over)
{
    return guard("merging the server configuration", over, [=]() -> void* {
        return merged(pool, *static_cast<server_config*>(base), *static_cast<server_config*>(over));
    });
}

void* v6front_create_dir_config(apr_pool_t* pool, char*)
{
    return guard("creating the location configuration", static_cast<void*>(nullptr),
                 [=]() -> void* { return pool_new<location_config>(pool); });
}

void* v6front_merge_dir_config(apr_pool_t* pool, void* base, void* over)
{
    return guard("merging the location configuration", over, [=]() -> void* {
        return merged(pool, *static_cast<location_config*>(base),
                      *static_cast<location_config*>(over));
    });
}

} // extern "C"

} // namespace v6front
