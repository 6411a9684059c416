// SPDX-License-Identifier: Apache-2.0
//
// The step from an exchange to a tunnel: is a 101 what the client asked for, and was the request
// sent to its end (RFC 9110 7.8)? Then it goes down, and what follows is recorded in the exchange's
// outcome. Part of an attempt.
#pragma once

#include "net/engine/engine.hpp"
#include "client.hpp"
#include "order.hpp"

namespace v6front
{

struct switched {
    response_head& head; // the 101
    backend_connection& backend;
    bool request_is_sent;
};

task<std::optional<failure>> leave_http(engine& engine, client& peer, const exchange_order& order,
                                        switched by, outcome& record);

} // namespace v6front
