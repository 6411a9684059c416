// SPDX-License-Identifier: Apache-2.0
//
// An IPv4 address that stands for a client, for sites that cannot digest IPv6 addresses: a keyed
// hash of the client's network, or the client's true IPv4 address if it has one. Different networks
// may get the same address, so it is good for statistics and sessions, and never for authorisation.
// Pure; the hash itself is the caller's.
#pragma once

#include "core/base/ip_address.hpp"
#include "core/message/fields.hpp"
#include "core/rules/pseudo_v4.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace v6front
{

inline constexpr std::string_view pseudo_v4_field = "X-Pseudo-IPv4";
inline constexpr std::string_view true_v6_field = "X-Connecting-IPv6";

// The IPv4 address that a client has: it came over IPv4, or through a NAT64 with one of these
// prefixes (RFC 6052 2.2).
std::optional<ip_address> true_v4(const ip_address& client,
                                  std::span<const ip_prefix> nat64) noexcept;

// What is hashed: the first bits of the address, and zeros.
std::array<std::uint8_t, 16> network_of(const ip_address& client, unsigned prefix) noexcept;

// The address of an IPv4 range that a hash gives. Never the first and the last one of the range,
// which are no hosts' (240.0.0.0/4 ends in 255.255.255.255).
ip_address address_in(const ip_prefix& range, std::uint64_t hash) noexcept;

struct pseudo_v4_texts {
    std::string_view v4;     // for the client
    std::string_view client; // its address; the same, if that is IPv4
};

// Puts it among the fields that the site gets, after the client's claims were dropped from these.
// What the operator has set of the same name stays. `is_list`: X-Forwarded-For, if there is one, is
// the word of proxies before this front; an overwriting address takes the place of all of it, since
// a site may read its first element or its last one. For a client whose address is IPv4, there is
// nothing to overwrite, unless that list has an IPv6 address.
void add_pseudo_v4(field_list& fields, pseudo_v4_mode mode, const pseudo_v4_texts& texts,
                   bool& is_list);

} // namespace v6front
