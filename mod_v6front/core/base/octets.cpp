// SPDX-License-Identifier: Apache-2.0
#include "octets.hpp"

#include "ascii.hpp"

namespace v6front
{

std::optional<std::uint64_t> parse_octets(std::string_view text) noexcept
{
    constexpr std::uint64_t most = std::uint64_t{1} << 30U;
    std::uint64_t n = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && is_digit(text[digits]); ++digits) {
        n = n * 10 + static_cast<std::uint64_t>(text[digits] - '0');
        if (n > most) {
            return std::nullopt;
        }
    }
    const std::string_view unit = text.substr(digits);
    if (unit.size() > 1) {
        return std::nullopt;
    }
    switch (unit.empty() ? '\0' : lower(unit.front())) {
    case '\0':
        break;
    case 'k':
        n <<= 10U;
        break;
    case 'm':
        n <<= 20U;
        break;
    case 'g':
        n <<= 30U;
        break;
    default:
        return std::nullopt;
    }
    return n > 0 && n <= most ? std::optional<std::uint64_t>(n) : std::nullopt;
}

} // namespace v6front
