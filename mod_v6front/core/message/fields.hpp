// SPDX-License-Identifier: Apache-2.0
//
// Header fields (RFC 9110 5) as views, and the few questions that everything else asks of them.
// Nothing here owns text: a field is valid as long as the buffer or table that it was read from.
#pragma once

#include "core/base/ascii.hpp"
#include "core/base/recycled_memory.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace v6front
{

struct field {
    std::string_view name;
    std::string_view value;
};
using field_list = std::vector<field, recycling_allocator<field>>;

// True if the comma-separated list (RFC 9110 5.6.1) has this element, parameters ignored.
bool list_contains(std::string_view list, std::string_view token) noexcept;

// The first field of that name, or nullptr.
const field* find(std::span<const field> fields, std::string_view name) noexcept;

// Hop-by-hop whatever Connection says (RFC 9110 7.6.1): Connection, Keep-Alive, Proxy-Connection,
// Proxy-Authenticate, Proxy-Authorization, TE, Trailer, Transfer-Encoding, Upgrade, HTTP2-Settings.
bool is_hop_by_hop(std::string_view name) noexcept;

// True if any Connection field among these nominates the name (RFC 9110 7.6.1).
bool is_nominated(std::span<const field> fields, std::string_view name) noexcept;

// False if no Connection field among these nominates anything but "close" or "keep-alive" alone:
// spares asking is_nominated for each field, as nearly always.
bool has_nominations(std::span<const field> fields) noexcept;

// False for text with CR, LF or NUL in it, where a reader could see a line end (RFC 9110 5.5). Such
// a field is never written.
bool is_one_line(std::string_view text) noexcept;

} // namespace v6front
