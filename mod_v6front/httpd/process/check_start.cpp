// SPDX-License-Identifier: Apache-2.0

#include "check_start.hpp"

#include "net/backends/health_check.hpp"
#include "httpd/config/check_numbers.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

std::vector<endpoint> addresses_now(const std::vector<endpoint>& known,
                                    const std::vector<std::shared_ptr<known_name>>& names,
                                    std::uint16_t port, const resolver& from,
                                    const own_listeners* listeners)
{
    auto all = known;
    for (const auto& name : names) {
        if (name->version() == 0)
            continue;
        if (const auto found = from.answer(*name))
            for (const auto& a : **found)
                all.emplace_back(a, port);
    }
    if (listeners)
        std::erase_if(all, [listeners](const endpoint& e) { return listeners->accepts(e); });
    return all;
}

} // namespace

void start_checks(const server_rec* main_server, address_watch& watch, resolver& names,
                  const own_listeners& listeners)
{
    for (const auto& check : numbered_checks_in(main_server->process->pconf)) {
        const auto& b = check.of;
        const auto order = std::make_shared<check_order>();
        order->number = check.number;
        order->of = &b.backend;
        order->rule = *check.rule;
        order->host = check.rule->host;
        if (order->host.empty())
            order->host =
                b.server->server_hostname ? b.server->server_hostname : b.backend.url.host;
        std::vector<std::shared_ptr<known_name>> known;
        known.reserve(b.backend.names.size());
        for (const auto& name : b.backend.names)
            known.push_back(names.know(name.text));
        order->addresses = [&site = b.backend, known, &names,
                            mine = b.may_be_self ? nullptr : &listeners] {
            return addresses_now(site.addresses, known, site.url.port, names, mine);
        };
        watch.run([&watch, order] { return check_for_ever(watch, order); });
    }
}

} // namespace v6front
