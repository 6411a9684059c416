// SPDX-License-Identifier: Apache-2.0
//
// What the kernel knows of this machine's TCP connections, asked by sock_diag(7). /proc/net/tcp
// also lists those in TIME_WAIT, thousands of them after a test with many connections.
#pragma once

#include <cstddef>
#include <cstdint>

namespace v6front
{

// Some client of this local port, over IPv4 or IPv6, has closed its side, and the server not yet.
bool has_client_that_left(std::uint16_t port);

// How many connections over IPv4 are established to this port.
std::size_t established_to(std::uint16_t port);

// Of the connection over IPv4 between these two local ports: all that one side has sent has been
// read by the other, both ways. True as well where there is no such connection.
bool has_all_been_read(std::uint16_t one, std::uint16_t other);

} // namespace v6front
