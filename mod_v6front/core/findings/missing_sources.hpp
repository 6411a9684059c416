// SPDX-License-Identifier: Apache-2.0
//
// The addresses of a V6FrontBindV4 that this machine does not have, and the commands that add them.
#pragma once

#include "core/rules/source_pool.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace v6front
{

// Empty if it has all of them. A range of which several are missing is added as a whole, as it is
// written: a local route does no harm to an address that is there already.
std::string missing_sources(const source_pool& pool,
                            const std::function<bool(std::uint32_t)>& has_address);

} // namespace v6front
