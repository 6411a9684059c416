// SPDX-License-Identifier: Apache-2.0
//
// What of a request's fields is the client's word alone, once hooks of httpd have had theirs. Told
// by where the text lies: a hook that sets a field puts a text of its own in its place, and one
// that reads it leaves it there. Pure; knows views and no table.
#pragma once

#include "core/message/fields.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace v6front
{

// Names under which no client is believed: X-Forwarded-For, -Host, -Server, -Proto and -Port and
// Forwarded, which say who it is and what it asked; X-Pseudo-IPv4 and X-Connecting-IPv6, which say
// the first in other words (core/edits/pseudo_v4.hpp); X-Request-ID, where the front writes that;
// and Proxy, which a CGI program takes for HTTP_PROXY.
bool is_claim(std::string_view name) noexcept;

// Who has sent a request, and what the front would say itself.
struct claimant {
    bool behind_proxy = false;         // mod_remoteip has found another client than the peer
    bool trusted = false;              // V6FrontTrust: the peer's claims stay, but for Proxy
    bool has_own_id = false;           // X-Request-ID is for the front to write
    std::string_view client_address{}; // as it is going to be reported
};

// Takes from `fields` what the client sent (`sent`, as it was before any hook) of these: its
// claims, with what a hook has appended to one left of it; and what its Connection nominates (RFC
// 9110 7.6.1), but for the fields that are meant for every recipient. A field that a hook has set
// stays, nominated or not. Hop-by-hop fields stay too: they say what the client wants of us.
//
// Gives the fields (added_header) that are left and are lists whose next element is the front's:
// what a trusted peer has sent as X-Forwarded-For, -Server and Forwarded; and X-Forwarded-For, if
// it is the rest of a chain of which a hook has taken the end (mod_remoteip, where `behind_proxy`).
std::uint16_t drop_client_claims(field_list& fields, std::span<const field> sent,
                                 const claimant& by);

// Whether a field is still the text that the client has sent.
bool is_as_sent(const field& f, std::span<const field> sent) noexcept;

// Says something of one response as a whole that its asker gets: conditions, ranges, codings. Of
// another request that is made for a piece of that response it would not be true.
bool is_about_whole_response(std::string_view name) noexcept;

// Several Cookie fields that were joined with ", ", as any other field may be, divided as cookies
// are: "; " (RFC 6265 4.2.1) wherever a comma is followed by a name and "=".
std::string divide_cookies(std::string_view joined);

} // namespace v6front
