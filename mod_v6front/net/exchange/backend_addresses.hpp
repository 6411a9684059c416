// SPDX-License-Identifier: Apache-2.0
//
// Where an exchange may connect to: its backend's IPv4 addresses without those that are this server
// itself. Asked once per attempt, and answered without waiting but for a name's first lookup.
#pragma once

#include "net/engine/engine.hpp"
#include "order.hpp"

#include <vector>

namespace v6front
{

// At least one. Fails if nothing is known of any name, or if all would loop.
task<result<endpoint_list>> backend_addresses(engine& engine, const exchange_order& order);

// What an exchange must not connect to: this server's own listeners; nullptr: it may.
inline const own_listeners* refused(const exchange_order& order) noexcept
{
    return order.rules.self ? nullptr : order.services->listeners;
}

} // namespace v6front
