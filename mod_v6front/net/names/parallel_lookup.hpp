// SPDX-License-Identifier: Apache-2.0
//
// Many names looked up at once, within a limit of time, for a test of the configuration: it must
// not hang where the name server does. The lookups run in a process of their own that is ended
// with whatever still hangs in it, since a thread in a lookup can be neither cancelled nor left
// behind in a program that ends or unloads this module.
#pragma once

#include "resolver.hpp"

#include <optional>
#include <string>
#include <vector>

namespace v6front
{

// One for each name, in their order; none where no answer has come in time. Blocks.
std::vector<std::optional<result<ipv4_addresses>>> look_up_all(
    const std::vector<std::string>& names, std::chrono::milliseconds limit,
    const lookup_function& look_up = look_up_ipv4);

} // namespace v6front
