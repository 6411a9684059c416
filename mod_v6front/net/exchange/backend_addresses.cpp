// SPDX-License-Identifier: Apache-2.0

#include "backend_addresses.hpp"

#include <optional>

namespace v6front
{

task<result<endpoint_list>> backend_addresses(engine& engine, const exchange_order& order)
{
    const auto& site = *order.backend;
    endpoint_list found(site.addresses.begin(), site.addresses.end());
    std::optional<failure> unknown;
    for (const auto& name : site.names) {
        lookup_result waited{nullptr};
        const auto* known = engine.names().known(name);
        if (!known) {
            auto first = co_await engine.names().resolve(name, order.rules.connect_timeout);
            waited = std::move(first);
            known = &waited;
        }
        if (!*known) {
            unknown = known->error();
            continue;
        }
        for (const auto& a : ***known)
            found.emplace_back(a, site.url.port);
    }
    if (found.empty() && unknown)
        co_return *unknown;
    if (const auto* listeners = refused(order))
        std::erase_if(found, [listeners](const endpoint& e) { return listeners->accepts(e); });
    if (found.empty())
        co_return failure{reason::would_loop, {}, site.authority};
    co_return found;
}

} // namespace v6front
