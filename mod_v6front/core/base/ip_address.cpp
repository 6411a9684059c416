// SPDX-License-Identifier: Apache-2.0
#include "ip_address.hpp"

#include <algorithm>
#include <charconv>

namespace v6front
{

namespace
{

constexpr std::size_t groups = 8;

unsigned group(const ip_address& a, std::size_t i) noexcept
{
    return static_cast<unsigned>(a.octets[2 * i] << 8 | a.octets[2 * i + 1]);
}

// The longest run of zeros, the first of several; a single one is written out (RFC 5952 4.2).
struct run {
    std::size_t at = groups;
    std::size_t size = 1;
};
run longest_zeros(const ip_address& a) noexcept
{
    run best;
    for (std::size_t i = 0; i < groups; ++i) {
        std::size_t n = 0;
        while (i + n < groups && group(a, i + n) == 0)
            ++n;
        if (n > best.size)
            best = {i, n};
        i += n;
    }
    return best;
}

} // namespace

ip_address ip_address::ipv4(std::uint32_t number) noexcept
{
    ip_address made;
    made.octets[10] = made.octets[11] = 0xff;
    for (std::size_t i = 0; i < 4; ++i)
        made.octets[12 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    return made;
}

bool ip_address::is_ipv4() const noexcept
{
    const auto is_zero = [](std::uint8_t octet) { return octet == 0; };
    return std::all_of(octets.begin(), octets.begin() + 10, is_zero) && octets[10] == 0xff &&
           octets[11] == 0xff;
}

std::uint32_t ip_address::as_ipv4() const noexcept
{
    std::uint32_t number = 0;
    for (std::size_t i = 12; i < octets.size(); ++i)
        number = number << 8 | octets[i];
    return number;
}

std::string ip_address::ipv6_text() const
{
    if (is_ipv4())
        return "::ffff:" + ipv4_text(as_ipv4());
    std::string text;
    const auto zeros = longest_zeros(*this);
    for (std::size_t i = 0; i < groups; ++i) {
        if (i == zeros.at) {
            text += "::";
            i += zeros.size - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':')
            text += ':';
        char digits[4];
        text.append(digits, std::to_chars(digits, digits + 4, group(*this, i), 16).ptr);
    }
    return text;
}

std::string ipv4_text(std::uint32_t number)
{
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8)
        text += std::to_string(number >> shift & 0xff) + (shift > 0 ? "." : "");
    return text;
}

} // namespace v6front
