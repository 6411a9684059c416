// SPDX-License-Identifier: Apache-2.0
#include "duration.hpp"

#include "ascii.hpp"
#include "numbers.hpp"

#include <cstdint>

namespace v6front
{
namespace
{

// Milliseconds in one unit; 0 if there is no such unit. Case-insensitive, as httpd's are.
std::int64_t unit_length(std::string_view unit) noexcept
{
    if (unit.empty() || iequals(unit, "s"))
        return 1000;
    if (iequals(unit, "ms"))
        return 1;
    if (iequals(unit, "min"))
        return 60 * 1000;
    return iequals(unit, "h") ? 60 * 60 * 1000 : 0;
}

} // namespace

std::optional<milliseconds> parse_duration(std::string_view text) noexcept
{
    constexpr std::int64_t most = 24 * 60 * 60 * 1000;
    const auto n = take_number<std::uint32_t>(text);
    if (!n || *n > most)
        return std::nullopt;
    // No overflow: both factors are far below 2^31.
    const std::int64_t length = *n * unit_length(text);
    if (length <= 0 || length > most)
        return std::nullopt;
    return milliseconds(length);
}

} // namespace v6front
