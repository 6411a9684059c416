// SPDX-License-Identifier: Apache-2.0
//
// The client of a connection that has left HTTP (101, RFC 9110 7.8): bytes, in both directions at
// once. Lives as long as the exchange that became a tunnel; on that exchange's thread.
#pragma once

#include "core/base/failure.hpp"
#include "net/loop/asio.hpp"

#include <string_view>

namespace v6front
{

class upgraded_client
{
public:
    virtual ~upgraded_client() = default;

    // Waits for the next bytes, valid until the next call; empty once the client has closed its
    // direction. Can be cancelled, as send() can: what is under way then is lost.
    virtual task<result<std::string_view>> receive() = 0;
    // Ends when the client has taken the bytes, so a slow one slows its peer down.
    virtual task<result<void>> send(std::string_view bytes) = 0;
    // Nothing more will be sent, but it is still listened to. False if this client's connection
    // cannot be closed in one direction.
    virtual task<bool> end_sending() = 0;
};

} // namespace v6front
