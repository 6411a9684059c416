// SPDX-License-Identifier: Apache-2.0

#include "unreachable.hpp"

#include "httpd/config/backends.hpp"
#include "host_names.hpp"
#include "unheard_hosts.hpp"
#include "written_rules.hpp"

namespace v6front
{

std::vector<server_rules> rules_of_servers(const server_rec* main_server)
{
    std::vector<server_rules> all;
    bool passing = false;
    for_each_directive(main_server, [&passing](const written_directive& d) {
        passing = passing || passes_through(words_of(d));
    });
    for (const auto* s = main_server; s; s = s->next) {
        const auto& config = *config_of(s);
        auto& rules = all.emplace_back();
        rules.passes_through = passing;
        rules.routes = config.routes.routes();
        rules.locations.assign(config.location_routes.begin(), config.location_routes.end());
        rules.keeps_slashes =
            static_cast<const core_server_config*>(ap_get_core_module_config(s->module_config))
                ->merge_slashes == AP_CORE_CONFIG_OFF;
        for (const auto& m : config.matches)
            rules.expressions.push_back({m.pattern, m.place,
                                         [regex = m.regex](const std::string& path) {
                                             return ap_regexec(regex, path.c_str(), 0, nullptr,
                                                               0) == 0;
                                         },
                                         !m.backend});
    }
    return all;
}

void find_unreachable(const server_rec* main_server, std::span<const server_rules> servers,
                      findings& out)
{
    find_no_ipv6(main_server, out);
    find_unreachable(servers, out);
    const auto nameless = find_nameless_hosts(main_server);
    for (const auto* s = main_server->next; s; s = s->next) {
        if (!config_of(s)->has_routes())
            continue;
        const auto before = out.size();
        find_unheard(s, out);
        find_unreachable_name(s, nameless, out);
        if (out.size() != before)
            continue;
        find_ipv4_host(main_server, s, nameless, out);
        find_owned_addresses(main_server, s, out);
    }
}

} // namespace v6front
