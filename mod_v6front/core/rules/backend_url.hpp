// SPDX-License-Identifier: Apache-2.0
//
// The URL of an IPv4 site as written in V6FrontPass and V6FrontPassReverse, checked once, at start.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

struct backend_url {
    std::string host; // lower case; a name or an IPv4 literal
    std::uint16_t port = 80;
    std::string path; // at least "/"; as written, never decoded
    bool tls = false; // https

    std::string_view scheme() const { return tls ? "https" : "http"; }
    std::uint16_t default_port() const { return tls ? 443 : 80; }
    // "scheme://host[:port]path", the port only when it is not the scheme's own.
    std::string text() const;
    // "host[:port]", for Host (RFC 9110 7.2).
    std::string authority() const;
};

// Accepts http:// and https://host[:port][/path]. Throws setting_error with a sentence of its own
// for each of: no scheme, another scheme, IPv6 literal (backends are IPv4 only),
// empty host, user info, bad characters in host, port not 1..65535, query or fragment.
backend_url parse_backend_url(std::string_view text);

// A host alone, as it stands in such a URL. Throws setting_error for what is none.
std::string parse_host_name(std::string_view text);

// Dotted quad, exactly four decimal octets without leading zeros, in network order; nullopt
// otherwise.
std::optional<std::array<std::uint8_t, 4>> parse_ipv4(std::string_view text) noexcept;

// True for text that is an IPv6 address, with or without brackets or zone.
bool looks_like_ipv6(std::string_view text) noexcept;

} // namespace v6front
