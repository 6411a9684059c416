// SPDX-License-Identifier: Apache-2.0
//
// An IP address of either family in IPv6's form: IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2), which
// is also how an IPv4 client of an IPv6 socket appears. No zone: that means nothing to others.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace v6front
{

struct ip_address {
    std::array<std::uint8_t, 16> octets{};

    static ip_address ipv4(std::uint32_t number) noexcept;
    bool is_ipv4() const noexcept;
    std::uint32_t as_ipv4() const noexcept; // the last four octets
    // RFC 5952; an IPv4 address in IPv6's form, "::ffff:192.0.2.1".
    std::string ipv6_text() const;

    friend bool operator==(const ip_address&, const ip_address&) = default;
};

// "192.0.2.1".
std::string ipv4_text(std::uint32_t number);

} // namespace v6front
