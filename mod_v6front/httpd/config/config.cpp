// SPDX-License-Identifier: Apache-2.0

#include "config.hpp"

#include "core/base/member_count.hpp"
#include "core/rules/key_rows.hpp"
#include "httpd/base/bridge.h"
#include "httpd/base/guard.hpp"
#include "httpd/base/pool_value.hpp"

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
    return pool_value<unsigned>(pconf, "v6front-limits");
}

namespace
{

// How a member of a configuration is made of the outer level's (`base`) and the inner one's
// (`over`). Each member has a row: one without does not compile.
template <class Config, class Member> struct merge_row {
    Member Config::*member;
    Member (*merged)(const Member& base, const Member& over);
};

template <class Config, class Member>
constexpr merge_row<Config, Member> row(
    Member Config::*member, std::type_identity_t<Member (*)(const Member&, const Member&)> merged)
{
    return {member, merged};
}

template <class T> T if_set(const T& base, const T& over)
{
    return over ? over : base;
}

// Of the main server alone, or learnt when the configuration is settled.
template <class T> T not_inherited(const T&, const T& over)
{
    return over;
}

// A virtual host that names any has these alone, so that it can be narrower than the server.
trusted_peers its_own(const trusted_peers& base, const trusted_peers& over)
{
    return over.empty() ? base : over;
}

template <class T> T own_first(const T& base, const T& over)
{
    T all = over;
    all.insert(all.end(), base.begin(), base.end());
    return all;
}

// A pin for every backend of the virtual host displaces what the main server says of single ones.
using pin_map = decltype(server_config::pins);
pin_map merge_pins(const pin_map& base, const pin_map& over)
{
    pin_map all = over;
    if (!over.contains(""))
        all.insert(base.begin(), base.end());
    return all;
}

constexpr std::tuple server_rows{
    row(&server_config::routes, route_table::merge),
    row(&server_config::matches, own_first),
    row(&server_config::pins, merge_pins),
    row(&server_config::trusted, its_own),
    row(&server_config::engine, if_set),
    row(&server_config::threads, if_set),
    row(&server_config::accept, not_inherited),
    row(&server_config::names, not_inherited),
    row(&server_config::graceful_timeout, not_inherited),
    row(&server_config::bodies_read_first, not_inherited),
    row(&server_config::location_routes, own_first),
    row(&server_config::pseudo_v4, if_set),
    row(&server_config::reading, not_inherited),
    row(&server_config::backends, not_inherited),
};
static_assert(member_count<server_config>() == std::tuple_size_v<decltype(server_rows)>);

constexpr std::tuple location_rows{
    row(&location_config::settings, merge),
    row(&location_config::reverse, own_first),
    row(&location_config::cookies, merge),
    row(&location_config::own_route, if_set),
};
static_assert(member_count<location_config>() == std::tuple_size_v<decltype(location_rows)>);

template <class Config, class... Row>
void* merged(apr_pool_t* pool, const std::tuple<Row...>& rows, void* base, void* over)
{
    auto* made = pool_new<Config>(pool);
    for_each_row(rows, [&](const auto& row) {
        made->*row.member = row.merged(static_cast<Config*>(base)->*row.member,
                                       static_cast<Config*>(over)->*row.member);
    });
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
    return guard("merging the server configuration", over,
                 [=] { return merged<server_config>(pool, server_rows, base, over); });
}

void* v6front_create_dir_config(apr_pool_t* pool, char*)
{
    return guard("creating the location configuration", static_cast<void*>(nullptr),
                 [=]() -> void* { return pool_new<location_config>(pool); });
}

void* v6front_merge_dir_config(apr_pool_t* pool, void* base, void* over)
{
    return guard("merging the location configuration", over,
                 [=] { return merged<location_config>(pool, location_rows, base, over); });
}

} // extern "C"

} // namespace v6front
