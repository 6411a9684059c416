// SPDX-License-Identifier: Apache-2.0
//
// Who follows an exchange while it happens, for an operator who wants to see it in the log. Called
// by the exchange, on its thread, between its steps; lives as long as the order that names it.
// Ordinarily there is none, and then nothing is made for it.
#pragma once

#include "net/loop/asio.hpp"

#include <span>

namespace v6front
{

struct outcome;

class exchange_follower
{
public:
    virtual ~exchange_follower() = default;

    // For its turn, on a route with max=.
    virtual void waits_for_turn() = 0;
    // An attempt begins; the first of these is the one that it prefers.
    virtual void has_addresses(std::span<const endpoint> candidates) = 0;
    // It has a connection: address, local, pooled and connect_time say which.
    virtual void has_connection(const outcome& so_far) = 0;
    // An interim response has been passed on.
    virtual void has_interim(int status) = 0;
    // The first byte of the response, as response_time says, with its whole head.
    virtual void has_head(const outcome& so_far, int status) = 0;
    // An attempt has failed, and another one follows or not.
    virtual void has_failed(const outcome& so_far, bool again) = 0;
};

} // namespace v6front
