// SPDX-License-Identifier: Apache-2.0
#include "ip_address.hpp"

#include "ascii.hpp"
#include "numbers.hpp"

#include <algorithm>
#include <charconv>

namespace v6front
{
namespace
{

constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<std::array<std::uint8_t, 4>> parse_dotted(std::string_view text) noexcept
{
    std::array<std::uint8_t, 4> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const std::size_t dot = text.find('.');
        const std::string_view digits = text.substr(0, dot);
        // A leading zero means octal to some readers.
        if (digits.empty() || (digits.size() > 1 && digits[0] == '0') ||
            (i < 3) != (dot != std::string_view::npos))
            return std::nullopt;
        const auto value = parse_number<std::uint8_t>(digits);
        if (!value)
            return std::nullopt;
        octets[i] = *value;
        text = dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
    }
    return octets;
}

// The octets of groups between single colons, the last possibly an IPv4 address.
struct group_octets {
    std::array<std::uint8_t, 16> octets{};
    std::size_t size = 0;

    bool add(std::string_view group, bool is_last) noexcept
    {
        if (is_last && group.find('.') != std::string_view::npos) {
            const auto dotted = parse_dotted(group);
            if (!dotted || size > octets.size() - 4)
                return false;
            std::copy(dotted->begin(), dotted->end(), octets.begin() + size);
            size += 4;
            return true;
        }
        unsigned value = 0;
        const auto end = std::from_chars(group.data(), group.data() + group.size(), value, 16).ptr;
        if (group.empty() || group.size() > 4 || end != group.data() + group.size() ||
            size > octets.size() - 2)
            return false;
        octets[size++] = static_cast<std::uint8_t>(value >> 8U);
        octets[size++] = static_cast<std::uint8_t>(value & 0xffU);
        return true;
    }
};

std::optional<group_octets> parse_groups(std::string_view text, bool may_end_in_ipv4) noexcept
{
    group_octets all;
    while (!text.empty()) {
        const std::size_t colon = text.find(':');
        const bool is_last = colon == std::string_view::npos;
        if (colon + 1 == text.size() || !all.add(text.substr(0, colon), is_last && may_end_in_ipv4))
            return std::nullopt;
        text = is_last ? std::string_view{} : text.substr(colon + 1);
    }
    return all;
}

unsigned group_of(const ip_address& address, std::size_t i) noexcept
{
    return static_cast<unsigned>(address.octets[2 * i] << 8U | address.octets[2 * i + 1]);
}

// The longest run of groups that are zero, the first of several; none of a single group (RFC 5952
// 4.2).
std::pair<std::size_t, std::size_t> longest_gap(const ip_address& address) noexcept
{
    std::size_t at = 8;
    std::size_t length = 1;
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t end = i;
        while (end < 8 && group_of(address, end) == 0)
            ++end;
        if (end - i > length) {
            at = i;
            length = end - i;
        }
        i = std::max(i, end);
    }
    return {at, length};
}

} // namespace

bool ip_address::is_v4() const noexcept
{
    return std::equal(mapped.begin(), mapped.end(), octets.begin());
}

std::string ip_address::text() const
{
    std::string out;
    if (is_v4()) {
        for (std::size_t i = 12; i < 16; ++i)
            out.append(i > 12 ? "." : "").append(std::to_string(octets[i]));
        return out;
    }
    const auto [gap, length] = longest_gap(*this);
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == gap) {
            out += "::";
            i += length - 1;
            continue;
        }
        std::array<char, 4> digits{};
        const auto end =
            std::to_chars(digits.data(), digits.data() + 4, group_of(*this, i), 16).ptr;
        out.append(out.empty() || out.ends_with(':') ? "" : ":").append(digits.data(), end);
    }
    return out;
}

ip_address v4_address(const std::array<std::uint8_t, 4>& octets) noexcept
{
    ip_address made;
    std::copy(mapped.begin(), mapped.end(), made.octets.begin());
    std::copy(octets.begin(), octets.end(), made.octets.begin() + mapped.size());
    return made;
}

ip_address v4_address(std::uint32_t number) noexcept
{
    const auto octet = [number](unsigned shift) {
        return static_cast<std::uint8_t>(number >> shift & 0xffU);
    };
    return v4_address(std::array<std::uint8_t, 4>{octet(24), octet(16), octet(8), octet(0)});
}

std::string v4_text(std::uint32_t number)
{
    return v4_address(number).text();
}

std::uint32_t ip_address::v4_number() const noexcept
{
    std::uint32_t number = 0;
    for (std::size_t i = 12; i < octets.size(); ++i)
        number = number << 8U | octets[i];
    return number;
}

std::string ip_address::mapped_text() const
{
    return is_v4() ? "::ffff:" + text() : text();
}

std::optional<ip_address> parse_ip_address(std::string_view text) noexcept
{
    if (const auto dotted = parse_dotted(text))
        return v4_address(*dotted);
    const std::size_t gap = text.find("::");
    ip_address made;
    if (gap == std::string_view::npos) {
        const auto all = parse_groups(text, true);
        if (!all || all->size != made.octets.size())
            return std::nullopt;
        made.octets = all->octets;
        return made;
    }
    const auto before = parse_groups(text.substr(0, gap), false);
    const auto after = parse_groups(text.substr(gap + 2), true);
    // The gap stands for one group at least.
    if (!before || !after || before->size + after->size > 14)
        return std::nullopt;
    std::copy_n(before->octets.begin(), before->size, made.octets.begin());
    std::copy_n(after->octets.begin(), after->size, made.octets.end() - after->size);
    return made;
}

bool ip_prefix::contains(const ip_address& address) const noexcept
{
    if (address.is_v4() != is_v4())
        return false;
    const unsigned whole = length / 8;
    if (!std::equal(first.octets.begin(), first.octets.begin() + whole, address.octets.begin()))
        return false;
    const unsigned rest = length % 8;
    return rest == 0 || ((first.octets[whole] ^ address.octets[whole]) >> (8 - rest)) == 0;
}

std::string ip_prefix::text() const
{
    if (length == 128)
        return first.text();
    return first.text() + "/" + std::to_string(is_v4() ? length - 96 : length);
}

ip_prefix without_host_bits(const ip_prefix& prefix) noexcept
{
    ip_prefix made = prefix;
    for (unsigned i = 0; i < made.first.octets.size(); ++i) {
        const unsigned kept = prefix.length > 8 * i ? std::min(prefix.length - 8 * i, 8U) : 0;
        made.first.octets[i] &= static_cast<std::uint8_t>(0xff00U >> kept);
    }
    return made;
}

} // namespace v6front
