// SPDX-License-Identifier: Apache-2.0
//
// What an exchange leaves in its request's notes, for LogFormat: %{v6front-address}n and so on
// (README.md has all of them).
#pragma once

#include "net/exchange/order.hpp"
#include "routing.hpp"

#include <chrono>
#include <string>

namespace v6front
{

// "192.0.2.10:80".
std::string endpoint_text(const endpoint& e);

// After the exchange; `total` is how long it took.
void write_notes(request_rec* r, const routed_request& decision, const outcome& ended,
                 std::chrono::microseconds total);

// Before the loggers, which look at the last request where httpd has made one of another
// (ErrorDocument): that one gets the notes of those before it, where it has none of that name.
void carry_notes(request_rec* r);

} // namespace v6front
