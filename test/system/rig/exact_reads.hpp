// SPDX-License-Identifier: Apache-2.0
//
// What a raw client reads to the octet, since what follows is the test's.
#pragma once

#include "raw_client.hpp"

#include <cstddef>
#include <string>

namespace v6front
{

// A response's head, which has to have this status, and the empty line behind it.
std::string read_head(raw_client& client, const std::string& status);
// So much; less at the end of the connection.
std::string read_octets(raw_client& client, std::size_t octets);

} // namespace v6front
