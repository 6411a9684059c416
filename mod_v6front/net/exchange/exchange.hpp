// SPDX-License-Identifier: Apache-2.0
//
// One request and its response: the heart of the module, written once for both ways to run. Read
// exchange.cpp from top to bottom; it is the life of a request in seven steps.
#pragma once

#include "net/engine/engine.hpp"
#include "client.hpp"
#include "order.hpp"

namespace v6front
{

// Does not throw for anything that a peer does.
task<outcome> run_exchange(engine& engine, client& peer, const exchange_order& order);

} // namespace v6front
