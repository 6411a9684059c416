// SPDX-License-Identifier: Apache-2.0
//
// A site that has moved while its old addresses are dead: what its names lead to besides the
// addresses that take no connection. Asked on the engine, by an attempt that connects.
#pragma once

#include "net/engine/engine.hpp"
#include "order.hpp"

#include <chrono>
#include <span>
#include <vector>

namespace v6front
{

// What is known now, without those addresses and without this server itself. Nothing else being
// known, the names are looked up in the background, once a second at most.
endpoint_list moved_to(engine& engine, const exchange_order& order,
                       std::span<const endpoint> tried);
// The same, and waits for that lookup, `timeout` at most.
task<endpoint_list> moved_to(engine& engine, const exchange_order& order,
                             std::span<const endpoint> tried, std::chrono::milliseconds timeout);

} // namespace v6front
