// SPDX-License-Identifier: Apache-2.0
//
// What an intermediary changes in the backend's response head before the client gets it.
#pragma once

#include "core/message/response_head.hpp"
#include "cookies.hpp"
#include "reverse.hpp"
#include "via_name.hpp"

namespace v6front
{

// Drops hop-by-hop and nominated fields and Content-Length (framing towards the client is httpd's),
// maps Location, Content-Location, URI, Destination and the URL in Refresh back through `map`,
// appends `via` to the Via list, unless it is null; it must outlive the head. Everything else,
// order and case included, stays as sent; Trailer too, if trailers are passed on.
void edit_response_head(response_head& head, const reverse_map& map, const via_name* via,
                        bool with_trailers = false);

// Each Set-Cookie through the map. In a 101 too, where it is all that is edited.
void edit_cookies(response_head& head, const cookie_map& map);

} // namespace v6front
