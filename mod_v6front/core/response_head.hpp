// SPDX-License-Identifier: Apache-2.0
//
// The backend's response head as read, and what an intermediary changes in it before it goes down.
#pragma once

#include "fields.hpp"
#include "reverse.hpp"

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

// Views into the backend connection's buffer, valid until the next read on it.
struct response_head {
    int status = 0;                              // 100..999
    int version = 11;                            // 10 or 11
    std::string_view phrase;                     // as sent, may be empty
    field_list fields;                           // as sent, in order
    std::optional<std::uint64_t> content_length; // of the message (RFC 9112 6.3)
    bool keep_alive = false;                     // the backend will read another request
    std::list<std::string> rewritten;            // owns the values that an edit has made

    void clear();
};

// Drops hop-by-hop and nominated fields and Content-Length (framing towards the client is httpd's),
// maps Location, Content-Location, URI and the URL in Refresh back through `map`, appends `via`
// (received-by pseudonym) to the Via list. Everything else, order and case included, stays as sent.
void edit_response_head(response_head& head, const reverse_map& map, std::string_view via);

} // namespace v6front
