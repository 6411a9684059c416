// SPDX-License-Identifier: Apache-2.0
//
// After 101: bytes between a client and a backend, both ways, until both have ended, one of them is
// lost, or nothing has passed for too long. No thread, no timer of its own, and no memory but two
// coroutines for as long as it is idle. Part of an attempt, which closes the backend afterwards.
#pragma once

#include "net/backends/backend_connection.hpp"
#include "net/engine/engine.hpp"
#include "upgraded_client.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace v6front
{

struct tunnel_end {
    enum class how : std::uint8_t { closed, idle, client_lost, backend_lost, stopping };
    how why = how::closed;
    error_code cause{}; // the system's word for a loss, where there is one
};

std::string_view to_string(tunnel_end::how why) noexcept;

// Octets that have passed.
struct tunnel_traffic {
    std::uint64_t& up;
    std::uint64_t& down;
};

// What the backend has sent after its 101 is in its input() already. One side's end is passed on
// as an end (half-close), and the other direction continues. An error while sending to the backend
// does not stop reading from it: it may have said good-bye before. When a child that stops has
// waited for long enough (closing_time), the client is told the end, in the words of its protocol
// if that is WebSocket, and has a moment to close its direction.
enum class tunnel_protocol : std::uint8_t { unknown, websocket };
struct tunnel_rules {
    std::chrono::milliseconds idle;
    tunnel_protocol protocol = tunnel_protocol::unknown;
};
task<tunnel_end> run_tunnel(engine& engine, upgraded_client& client, backend_connection& backend,
                            tunnel_rules rules, tunnel_traffic moved);

} // namespace v6front
