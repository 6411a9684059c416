// SPDX-License-Identifier: Apache-2.0
//
// Amounts of memory as an operator writes them: 4096, 64K, 1M.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace v6front
{

// A whole number of octets, or of K (1024), M or G, case-insensitive; above 0, at most 1 GiB.
std::optional<std::uint64_t> parse_octets(std::string_view text) noexcept;

} // namespace v6front
