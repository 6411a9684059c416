// SPDX-License-Identifier: Apache-2.0

#include "backends.hpp"

#include "check_numbers.hpp"

namespace v6front
{

namespace
{

std::string text_of(const route& r)
{
    return "V6FrontPass " + r.path + " " + r.backend->text();
}
std::string text_of(const match_rule& m)
{
    return "V6FrontPassMatch " + m.pattern + " " + m.backend->text();
}

// `each` gets the rules as they are: text_of() tells them apart.
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

void make_backends(server_config& config, name_numbers& names)
{
    for_each_rule(config, [&](const rule& rule) {
        if (!rule.backend)
            return;
        const auto& pinned = config.pinned(rule.backend->host);
        auto& made = config.backends[rule.number];
        made = make_backend(*rule.backend, names, pinned.addresses, pinned.names);
        made.limit = rule.limit;
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

} // namespace

void settle_backends(server_rec* main_server)
{
    separate(main_server);
    name_numbers names; // one number in all servers: an engine serves them all
    const auto& shared = config_of(main_server)->location_routes;
    for (std::size_t i = 0; i < shared.size(); ++i)
        shared[i]->number = i;
    for (const auto* s = main_server; s; s = s->next) {
        auto& config = *config_of(s);
        number_rules(config, shared.size());
        make_backends(config, names);
    }
    number_checks(main_server);
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
            if (rule.backend)
                each({s, config.backends[rule.number], text_of(rule), rule.place, &rule.settings,
                      rule.settings.self.value_or(false)});
        });
    }
}

} // namespace v6front
