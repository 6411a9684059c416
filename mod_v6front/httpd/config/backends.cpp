// SPDX-License-Identifier: Apache-2.0

#include "backends.hpp"

#include "httpd/base/bridge.h"
#include "check_numbers.hpp"
#include "tls_rules.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace v6front
{

namespace
{

std::string rule_text(const route& r)
{
    return "V6FrontPass " + r.path + " " + r.backend->text();
}
std::string rule_text(const match_rule& m)
{
    return "V6FrontPassMatch " + m.pattern + " " + m.backend->text();
}

// `each` gets the rules as they are: rule_text() tells them apart.
template <class Do> void for_each_rule(server_config& config, const Do& each)
{
    for (auto& r : config.routes.routes())
        each(r);
    for (auto* r : config.location_routes)
        each(*r);
    for (auto& m : config.matches)
        each(m);
}

// Virtual hosts inherit the main server's <Location> routes as they are, behind their own. So these
// have one number in all servers: the first ones.
void number_rules(server_config& config, std::size_t inherited)
{
    auto next = inherited;
    for (std::size_t i = 0; i + inherited < config.location_routes.size(); ++i)
        config.location_routes[i]->number = next++;
    for (auto& r : config.routes.routes())
        r.number = next++;
    for (auto& m : config.matches)
        m.number = next++;
    config.backends.resize(next);
}

const location_config& location_of(const ap_conf_vector_t* vector)
{
    static const location_config none;
    const auto* found =
        static_cast<const location_config*>(ap_get_module_config(vector, &v6front_module));
    return found ? *found : none;
}

// What is set where a rule is: for the whole server, and in the <Location> that it is in.
exchange_settings settings_around(const server_rec* s, const exchange_settings& of_rule)
{
    const auto& around = location_of(s->lookup_defaults).settings;
    const auto* sections =
        static_cast<const core_server_config*>(ap_get_core_module_config(s->module_config))
            ->sec_url;
    for (int i = 0; i < sections->nelts; ++i) {
        const auto& location = location_of(APR_ARRAY_IDX(sections, i, ap_conf_vector_t*));
        if (location.own_route && &location.own_route->settings == &of_rule)
            return merge(around, location.settings);
    }
    return around;
}

// A health check goes to the site as requests do, but for no client.
connection_terms check_terms(const server_rec* s, const exchange_settings& of_rule)
{
    const auto settings = settled_settings(s, of_rule);
    connection_terms terms;
    if (settings.sources && *settings.sources)
        terms.source = asio::ip::address_v4((*settings.sources)->first());
    terms.own_name = settings.proxy_protocol.value_or(proxy_protocol::off);
    return terms;
}

void make_backends(const server_rec* s, name_numbers& names)
{
    auto& config = *config_of(s);
    for_each_rule(config, [&](const rule& rule) {
        if (!rule.backend)
            return;
        const auto& pinned = config.pinned(rule.backend->host);
        auto& made = config.backends[rule.number];
        made = make_backend(*rule.backend, names, pinned.addresses, pinned.names);
        made.limit = rule.limit;
        made.check_terms = check_terms(s, rule.settings);
    });
}

// httpd lets a virtual host without a directive of ours have the main server's configuration
// itself, and not a merged one (ap_merge_server_configs). What is learnt for one is not for the
// other.
void separate(server_rec* main_server)
{
    auto* const base = config_of(main_server);
    auto* pool = main_server->process->pconf;
    for (auto* s = main_server->next; s; s = s->next)
        if (config_of(s) == base)
            ap_set_module_config(s->module_config, &v6front_module,
                                 pool_new<server_config>(pool, *base));
}

// What a response, or its absence, says of: one site, spoken to in one way.
void number_sites(server_rec* main_server)
{
    using way = std::tuple<std::string, const tls_peer*, asio::ip::address_v4, proxy_protocol>;
    std::map<way, check_number> known;
    for_each_backend(main_server, [&known](const configured_backend& b) {
        auto& of = b.backend;
        const auto next = std::min<std::size_t>(first_of_responses + known.size(), of_responses);
        of.responses = known
                           .try_emplace({of.authority, of.tls.get(), of.check_terms.source,
                                         of.check_terms.own_name},
                                        static_cast<check_number>(next))
                           .first->second;
    });
}

} // namespace

exchange_settings settled_settings(const server_rec* server, const exchange_settings& of_rule)
{
    return merge(settings_around(server, of_rule), of_rule);
}

bool settle_backends(server_rec* main_server)
{
    separate(main_server);
    name_numbers names; // one number in all servers: an engine serves them all
    const auto& shared = config_of(main_server)->location_routes;
    for (std::size_t i = 0; i < shared.size(); ++i)
        shared[i]->number = i;
    for (const auto* s = main_server; s; s = s->next) {
        auto& config = *config_of(s);
        number_rules(config, shared.size());
        make_backends(s, names);
    }
    number_checks(main_server);
    if (!settle_tls(main_server))
        return false;
    number_sites(main_server);
    return true;
}

std::string place_of(const server_rec* server)
{
    return server->defn_name ? server->defn_name + (":" + std::to_string(server->defn_line_number))
                             : std::string("the main server");
}

void for_each_backend(const server_rec* main_server,
                      const std::function<void(const configured_backend&)>& each)
{
    for (const auto* s = main_server; s; s = s->next) {
        auto& config = *config_of(s);
        for_each_rule(config, [&](const auto& rule) {
            // One that another module has added since has no backend yet.
            if (rule.backend && rule.number < config.backends.size())
                each({s, config.backends[rule.number], rule_text(rule), rule.place, &rule.settings,
                      rule.settings.self.value_or(false)});
        });
    }
}

} // namespace v6front
