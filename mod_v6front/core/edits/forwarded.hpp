// SPDX-License-Identifier: Apache-2.0
//
// What a proxy says of its client: elements of X-Forwarded-For and of Forwarded (RFC 7239), and
// identifiers of requests. Texts alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

// The address alone, without brackets, port and zone id, and as IPv4 if it is mapped ("::ffff:" and
// dots): what X-Forwarded-For has.
std::string_view plain_address(std::string_view text) noexcept;

// The same of a list of addresses, as other proxies write them, also in quotes; nothing if it says
// all of them so already. A word that is no address stays ("unknown", RFC 7239 6.2), anything else
// is unknown, and empty elements go.
std::optional<std::string> plain_addresses(std::string_view list);

struct forwarded_view {
    std::string_view client; // plain addresses; empty: unknown
    std::string_view by;     // empty: not said
    std::string_view host;   // as in Host; empty: not said
    std::string_view scheme;
};
// for="[2001:db8::1]";by=192.0.2.1;host="example.org:8080";proto=https
void append_forwarded(std::string& out, const forwarded_view& said);

// False for a list of Forwarded that does not end where its text does (in quotes): what is appended
// to it would be part of somebody else's value.
bool can_be_appended_to(std::string_view forwarded) noexcept;

// Whether the last element of X-Forwarded-For, or of Forwarded, says that this is the client, a
// plain address.
bool ends_with_client(std::string_view addresses, std::string_view client) noexcept;
bool forwarded_ends_with_client(std::string_view forwarded, std::string_view client) noexcept;

// Whether the id that another proxy has given a request can be written into heads and logs as it
// is: at most 128 of letters, digits and -._~+/=:@
bool is_request_id(std::string_view text) noexcept;

// 128 bits as 32 hexadecimal digits.
std::array<char, 32> request_id_text(std::uint64_t high, std::uint64_t low) noexcept;

} // namespace v6front
