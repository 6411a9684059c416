// SPDX-License-Identifier: Apache-2.0
//
// Durations as an operator writes them in httpd's configuration.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace v6front
{

using milliseconds = std::chrono::milliseconds;

// "3" and "3s" are seconds; "500ms", "2min", "1h" as in httpd's own timeouts. Whole numbers only,
// above 0 and at most 24 hours; otherwise nullopt.
std::optional<milliseconds> parse_duration(std::string_view text) noexcept;

} // namespace v6front
