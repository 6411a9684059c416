// SPDX-License-Identifier: Apache-2.0
//
// IP addresses and prefixes as configurations and peers' addresses have them: values, without a
// socket. Of the notations, the plain ones: no port, no brackets, no zone id.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

// An IPv4 address is the IPv6 address that is mapped to it (RFC 4291 2.5.5.2), so that the two
// notations are one address.
struct ip_address {
    std::array<std::uint8_t, 16> octets{};

    bool is_v4() const noexcept;
    std::uint32_t v4_number() const noexcept; // the last four octets
    std::string text() const;                 // RFC 5952; IPv4 with dots
    std::string mapped_text() const;          // IPv4 as "::ffff:192.0.2.1"
    friend bool operator==(const ip_address&, const ip_address&) = default;
};

ip_address v4_address(const std::array<std::uint8_t, 4>& octets) noexcept;
ip_address v4_address(std::uint32_t number) noexcept;
std::string v4_text(std::uint32_t number);
// "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"; nothing for any other text.
std::optional<ip_address> parse_ip_address(std::string_view text) noexcept;

// All addresses that begin with the same bits. One of IPv6 has no IPv4 addresses in it, even
// "::/0".
struct ip_prefix {
    ip_address first;
    unsigned length = 128; // in bits of the IPv6 address

    bool is_v4() const noexcept { return length >= 96 && first.is_v4(); }
    bool contains(const ip_address& address) const noexcept;
    std::string text() const; // "192.0.2.0/24"; a single address without its length
};

// Where the bits behind the prefix are set, the prefix of that length that the address is in.
ip_prefix without_host_bits(const ip_prefix& prefix) noexcept;

} // namespace v6front
