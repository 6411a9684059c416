// SPDX-License-Identifier: Apache-2.0
//
// How the body after a response's head is delimited (RFC 9112 6.3), decided once, when the head
// has been read.
//
// Accepted beyond the RFC's grammar, and the connection is not used again: a length beside chunks
// (the length goes), "identity", words that name no coding and no coding at all (as if not sent),
// "chunked" said twice (it may not be applied twice, RFC 9112 7.1), an empty length and "-1", by
// which a site says that it knows none. Refused: lengths that differ, one that is no number, and
// any other coding; but not where no body can follow, whatever these say (to HEAD, 204, 304).
#pragma once

#include "core/base/failure.hpp"
#include "response_head.hpp"

#include <cstdint>

namespace v6front
{

enum class body_end : std::uint8_t { none, length, chunked, close };

struct response_body {
    body_end at = body_end::none;
    std::uint64_t length = 0; // octets, with body_end::length
};

// Sets the head's content_length and keep_alive, and takes a length away that does not count.
result<response_body> frame_response(response_head& head, bool to_head_request, bool irregular);

} // namespace v6front
