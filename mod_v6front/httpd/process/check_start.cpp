// SPDX-License-Identifier: Apache-2.0

#include "httpd/config/backends.hpp"
#include "httpd/config/checks.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

// The virtual host's own word counts more than the main server's, and a name more than none.
const configured_check* check_for(const std::vector<configured_check>& all,
                                  const configured_backend& b, const server_rec* main_server)
{
    for (const auto* server : {b.server, main_server})
        for (const auto& name : {b.url.host, std::string()})
            for (const auto& c : all)
                if (c.server == server && c.name == name)
                    return &c;
    return nullptr;
}

std::vector<endpoint> addresses_now(const std::vector<endpoint>& known,
                                    const std::vector<std::shared_ptr<known_name>>& names,
                                    std::uint16_t port, const resolver& from,
                                    const own_listeners* own)
{
    auto all = known;
    for (const auto& name : names) {
        if (name->version() == 0)
            continue;
        if (const auto found = from.answer(*name))
            for (const auto& a : **found)
                all.emplace_back(a, port);
    }
    if (own)
        std::erase_if(all, [own](const endpoint& e) { return own->accepts(e); });
    return all;
}

} // namespace

void health_checks::start(const server_rec* main_server, address_watch& watch, resolver& names,
                          const own_listeners& own)
{
    const auto& all = checks_in(main_server->process->pconf);
    if (all.empty())
        return;
    std::map<std::pair<const server_rec*, std::string>, check_number> numbered;
    for_each_backend(main_server, [&](const configured_backend& b) {
        const auto* check = check_for(all, b, main_server);
        if (!check)
            return;
        const auto next = static_cast<check_number>(numbered.size() + 1);
        const auto [at, is_new] = numbered.emplace(std::pair(b.server, b.url.authority()), next);
        numbers_[&b.url] = at->second;
        if (!is_new)
            return;
        const auto order = std::make_shared<check_order>();
        order->number = at->second;
        order->backend = b.url.authority();
        order->rule = check->rule;
        order->host = check->rule.host;
        if (order->host.empty())
            order->host = b.server->server_hostname ? b.server->server_hostname : b.url.host;
        std::vector<std::shared_ptr<known_name>> known;
        known.reserve(b.names.size());
        for (const auto& name : b.names)
            known.push_back(names.know(name));
        order->addresses = [addresses = b.addresses, known, port = b.url.port, &names,
                            mine = b.may_be_self ? nullptr : &own] {
            return addresses_now(addresses, known, port, names, mine);
        };
        watch.run([&watch, order] { return check_for_ever(watch, order); });
    });
}

} // namespace v6front
