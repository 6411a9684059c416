// SPDX-License-Identifier: Apache-2.0
//
// The head that the backend gets: a pure function of the request, edited as RFC 9110 7.6 and 7.7
// ask of an intermediary.
#pragma once

#include "core/message/fields.hpp"
#include "core/message/framing.hpp"
#include "core/rules/added_headers.hpp"

#include <span>
#include <string>
#include <string_view>

namespace v6front
{

// What the client asked, as views that the maker keeps valid for the whole exchange.
struct request_view {
    std::string_view method;
    std::string_view target;         // origin-form, for the backend (core/edits/target.hpp)
    std::string_view host;           // Host as the client sent it; empty if it sent none (HTTP/1.0)
    std::string_view scheme;         // "http" or "https"
    std::string_view version;        // of the client's message, for Via: "1.0", "1.1", "2.0"
    std::string_view client_address; // RFC 5952 text, IPv4 unmapped, no brackets, no port
    std::string_view server_name;    // this front's, for X-Forwarded-Server
    std::span<const field> fields;   // the client's, and hooks' (core/edits/client_claims.hpp)
    std::string_view front_address{}; // where the client has connected to, likewise
    std::string_view port{};          // and that port
    std::string_view request_id{};    // one for both logs
    added_headers adds{};             // of these fields, those that are missing
    std::uint16_t extends = 0;        // of these, those of the fields that are a list for ours too
    bool adds_via = true;
    bool may_upgrade = false;      // the client's side can become a tunnel (core/edits/upgrade.hpp)
    bool expects_continue = false; // it waits for "100 Continue" before its body (RFC 9110 10.1.1)
};

// Settings of the head that are not the client's.
struct request_edits {
    std::string_view backend_authority; // Host if not preserved, or if the client sent none
    bool preserve_host = true;
    std::string_view
        via; // for Via and CDN-Loop: received-by pseudonym, e.g. "v6front-5f3c..." (RFC 9110 7.6.3)
    bool reuse = true; // the connection is to serve other requests, too
};

// Appends request line, fields and the empty line. Fields go in the client's order and case, but
// for: hop-by-hop ones (dropped); Host (first, exactly one); Content-Length and Transfer-Encoding
// (from `body`, nothing else); what V6FrontAddHeaders names (added where no hook has set that one:
// what a client claims under these names is gone already, or is a trusted peer's and stays); Expect
// (only 100-continue, and only before a body); TE (only "trailers", RFC 9110 10.1.4); Trailer (only
// with a chunked body); Via and CDN-Loop (RFC 8586; the client's kept, ours appended to the list).
// Always HTTP/1.1. Connection and Upgrade are sent where the client asks to leave HTTP
// (core/edits/upgrade.hpp); all other requests say in Connection whether the connection is to stay:
// httpd tells only those who ask how long it keeps it. Content-Length: 0 is sent for an empty body
// only if the client sent that field or the method is POST, PUT or PATCH (RFC 9110 8.6).
void append_request_head(std::string& out, const request_view& request, const framing& body,
                         const request_edits& edits);

// True if a Via or CDN-Loop field carries this pseudonym: the request has been here before.
bool has_passed(std::span<const field> fields, std::string_view pseudonym) noexcept;

} // namespace v6front
