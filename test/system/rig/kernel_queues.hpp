// SPDX-License-Identifier: Apache-2.0
//
// What the kernel still holds of a TCP connection within this machine: who waits until that is
// nothing need not guess how long the other side takes to read.
#pragma once

#include <cstdint>

namespace v6front
{

// Of the connection over IPv4 between these two local ports: all that one side has sent has been
// read by the other, both ways. True as well where there is no such connection.
bool has_all_been_read(std::uint16_t one, std::uint16_t other);

} // namespace v6front
