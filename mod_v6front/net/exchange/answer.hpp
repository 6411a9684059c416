// SPDX-License-Identifier: Apache-2.0
//
// The sixth step of an exchange, where it stays HTTP: the response goes down to the client, edited,
// piece by piece, never ahead of the client by more than one piece.
//
// Returns what broke it. Before `record.head_sent` that may still become another response.
#pragma once

#include "net/loop/closing_time.hpp"
#include "client.hpp"
#include "order.hpp"
#include "response_reader.hpp"
#include "upload.hpp"

namespace v6front
{

// `limit`: of a child that stops.
task<std::optional<failure>> answer(client& peer, const exchange_order& order, upload& up,
                                    backend_connection& backend, response_reader& response,
                                    response_head& head, const closing_list::entry& limit,
                                    outcome& record);

} // namespace v6front
