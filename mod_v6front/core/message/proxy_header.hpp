// SPDX-License-Identifier: Apache-2.0
//
// The header of the PROXY protocol (HAProxy's proxy-protocol.txt): the first octets of a connection
// to a site, which say whose it is. A pure function of the two ends of the client's connection.
#pragma once

#include "core/base/ip_address.hpp"

#include <cstdint>
#include <string>

namespace v6front
{

enum class proxy_protocol : std::uint8_t { off, v1, v2 };

struct ip_endpoint {
    ip_address address;
    std::uint16_t port = 0;
};

// `from`: the client; `to`: where it has connected to. Both are written as IPv4 (TCP4) if both are,
// else both as IPv6 (TCP6), since a header has one family: what is IPv4 then is ::ffff:a.b.c.d. At
// most 107 octets, as the protocol allows version 1. Nothing for `off`.
std::string proxy_header(proxy_protocol version, const ip_endpoint& from, const ip_endpoint& to);

// For a connection that is made for no client, a health check: `from` and `to` are its own two
// ends, which is what the site then sees. Version 2 has LOCAL for it. Version 1 has UNKNOWN, which
// no two receivers read alike: HAProxy takes "PROXY UNKNOWN" alone, mod_remoteip no line so short.
// So the ends themselves are written.
std::string proxy_header_for_nobody(proxy_protocol version, const ip_endpoint& from,
                                    const ip_endpoint& to);

} // namespace v6front
