// SPDX-License-Identifier: Apache-2.0

#include "backends.hpp"

namespace v6front
{

namespace
{

template <class Rule>
configured_backend describe(const server_rec* s, const Rule& rule, std::string text)
{
    const auto& url = *rule.backend;
    configured_backend made{s,
                            url,
                            {},
                            {},
                            std::move(text) + " " + url.text(),
                            rule.place,
                            rule.settings.self.value_or(false)};
    const auto& targets = config_of(s)->pinned(url.host);
    for (const auto& address : targets.addresses)
        made.addresses.emplace_back(address, url.port);
    made.names = targets.names;
    if (targets.empty()) {
        if (const auto literal = parse_ipv4(url.host))
            made.addresses.emplace_back(asio::ip::address_v4(*literal), url.port);
        else
            made.names.push_back(url.host);
    }
    return made;
}

} // namespace

std::string place_of(const server_rec* server)
{
    return server->defn_name ? server->defn_name + (":" + std::to_string(server->defn_line_number))
                             : std::string("the main server");
}

void for_each_backend(const server_rec* main_server,
                      const std::function<void(const configured_backend&)>& each)
{
    const auto of_route = [&each](const server_rec* s, const route& rule) {
        if (rule.backend)
            each(describe(s, rule, "V6FrontPass " + rule.path));
    };
    for (const auto* s = main_server; s; s = s->next) {
        const auto* config = config_of(s);
        for (const auto& rule : config->routes.routes())
            of_route(s, rule);
        for (const auto* rule : config->location_routes)
            of_route(s, *rule);
        for (const auto& rule : config->matches)
            if (rule.backend)
                each(describe(s, rule, "V6FrontPassMatch " + rule.pattern));
    }
}

} // namespace v6front
