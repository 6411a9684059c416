// SPDX-License-Identifier: Apache-2.0
#include "octets.hpp"

#include "ascii.hpp"
#include "numbers.hpp"

namespace v6front
{

std::optional<std::uint64_t> parse_octets(std::string_view text) noexcept
{
    constexpr std::uint64_t most = std::uint64_t{1} << 30U;
    const auto number = take_number<std::uint64_t>(text);
    if (!number || *number > most || text.size() > 1)
        return std::nullopt;
    std::uint64_t n = *number;
    switch (text.empty() ? '\0' : lower(text.front())) {
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
