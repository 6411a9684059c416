// SPDX-License-Identifier: Apache-2.0

#include "backend_addresses.hpp"

#include <optional>

namespace v6front
{

std::span<const std::string> looked_up_names(const exchange_order& order)
{
    const bool by_itself = order.pinned.empty() && order.pinned_names.empty();
    if (!by_itself || parse_ipv4(order.backend->host))
        return order.pinned_names;
    return {&order.backend->host, 1};
}

task<result<std::vector<endpoint>>> backend_addresses(engine& on, const exchange_order& order)
{
    std::vector<endpoint> found;
    const auto port = order.backend->port;
    for (const auto& a : order.pinned)
        found.emplace_back(a, port);
    const auto names = looked_up_names(order);
    if (found.empty() && names.empty())
        if (const auto literal = parse_ipv4(order.backend->host))
            found.emplace_back(asio::ip::address_v4(*literal), port);
    std::optional<failure> unknown;
    for (const auto& name : names) {
        lookup_result waited{nullptr};
        const auto* known = on.names().known(name);
        if (!known) {
            auto first = co_await on.names().resolve(name, order.rules.connect_timeout);
            waited = std::move(first);
            known = &waited;
        }
        if (!*known) {
            unknown = known->error();
            continue;
        }
        for (const auto& a : ***known)
            found.emplace_back(a, port);
    }
    if (found.empty() && unknown)
        co_return *unknown;
    if (order.own)
        std::erase_if(found, [&order](const endpoint& e) { return order.own->accepts(e); });
    if (found.empty())
        co_return failure{reason::would_loop, {}, order.backend->authority()};
    co_return found;
}

} // namespace v6front
