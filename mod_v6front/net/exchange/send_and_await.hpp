// SPDX-License-Identifier: Apache-2.0
//
// The middle of an attempt, after the request's head has been sent: the body goes out while the
// response may already come.
#pragma once

#include "net/engine/engine.hpp"
#include "client.hpp"
#include "order.hpp"
#include "response_reader.hpp"
#include "thinking_time.hpp"
#include "upload.hpp"

namespace v6front
{

// Sends the body and awaits the final head at the same time: a backend may answer early, and then
// no more is sent. When writing fails, reading is still tried: the backend may have said why it
// closed.
// `unsent`: what went wrong with the head. Interim responses go down on the way; the result is the
// final head, or that of a 101. `thinking` is the backend's time, and tells how much of it passed.
task<result<response_head*>> send_and_await(engine& engine, client& peer,
                                            const exchange_order& order, upload& up,
                                            backend_connection& backend,
                                            std::optional<failure> unsent,
                                            response_reader& response, thinking_time& thinking);

} // namespace v6front
