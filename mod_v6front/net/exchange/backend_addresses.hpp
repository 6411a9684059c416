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
task<result<std::vector<endpoint>>> backend_addresses(engine& on, const exchange_order& order);

// The names that these come from; none if all addresses are written down. Part of the order.
std::span<const std::string> looked_up_names(const exchange_order& order);

} // namespace v6front
