// SPDX-License-Identifier: Apache-2.0
//
// Which fields the front adds to a request for the site: V6FrontAddHeaders. A set of names, or what
// is more or less than in the set that holds outside.
#pragma once

#include <cstdint>
#include <string_view>

namespace v6front
{

enum class added_header : std::uint16_t {
    address = 1U << 0U,    // X-Forwarded-For
    host = 1U << 1U,       // X-Forwarded-Host
    server = 1U << 2U,     // X-Forwarded-Server
    scheme = 1U << 3U,     // X-Forwarded-Proto
    port = 1U << 4U,       // X-Forwarded-Port
    forwarded = 1U << 5U,  // Forwarded (RFC 7239)
    request_id = 1U << 6U, // X-Request-ID
    via = 1U << 7U,        // Via
};

struct added_headers {
    // What mod_proxy adds too, and Proto, without which a site cannot tell https.
    static constexpr std::uint16_t standard = 0x8f;
    static constexpr std::uint16_t every = 0xff;

    std::uint16_t more = 0; // than `standard`
    std::uint16_t less = 0;

    constexpr bool has(added_header h) const noexcept
    {
        return (((standard | more) & ~less) & static_cast<unsigned>(h)) != 0;
    }
    friend bool operator==(const added_headers&, const added_headers&) = default;
};

// Exactly these.
constexpr added_headers only(std::uint16_t headers) noexcept
{
    return {headers, static_cast<std::uint16_t>(added_headers::every & ~headers)};
}

// What `over` says, and where it says nothing of a name, what `base` does.
added_headers changed_by(const added_headers& base, const added_headers& over) noexcept;

// "on", "off", or names, divided by commas: all with + or -, or all without. Throws setting_error.
added_headers parse_added_headers(std::string_view key, std::string_view value);

// The field's name.
std::string_view name_of(added_header h) noexcept;

} // namespace v6front
