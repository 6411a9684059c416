// SPDX-License-Identifier: Apache-2.0

#include "moved_site.hpp"

#include "backend_addresses.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

endpoint_list known_besides(engine& engine, const exchange_order& order,
                            std::span<const endpoint> tried)
{
    endpoint_list found;
    const auto* listeners = refused(order);
    for (const auto& name : order.backend->names) {
        const auto* known = engine.names().known(name);
        if (!known || !*known)
            continue;
        for (const auto& a : ***known) {
            const endpoint e(a, order.backend->url.port);
            if (std::find(tried.begin(), tried.end(), e) == tried.end() &&
                !(listeners && listeners->accepts(e)))
                found.push_back(e);
        }
    }
    return found;
}

} // namespace

endpoint_list moved_to(engine& engine, const exchange_order& order, std::span<const endpoint> tried)
{
    auto found = known_besides(engine, order, tried);
    if (found.empty())
        for (const auto& name : order.backend->names)
            engine.names().doubt(name);
    return found;
}

task<endpoint_list> moved_to(engine& engine, const exchange_order& order,
                             std::span<const endpoint> tried, std::chrono::milliseconds timeout)
{
    auto found = moved_to(engine, order, tried);
    const auto until = deadline::clock::now() + timeout;
    for (const auto& name : order.backend->names) {
        if (!found.empty())
            break;
        const auto left = until - deadline::clock::now();
        co_await engine.names().look_again(
            name, std::chrono::duration_cast<std::chrono::milliseconds>(left));
        found = known_besides(engine, order, tried);
    }
    co_return found;
}

} // namespace v6front
