// SPDX-License-Identifier: Apache-2.0
//
// A request as the frames of one stream of HTTP/2, and what RFC 9113 8 says of it. Written apart
// from what reads it in the server: what this finds whole, every reader understands in the same
// way.
#pragma once

#include "h2_client.hpp"
#include "strict_requests.hpp"

#include <string>
#include <vector>

namespace v6front
{

struct h2_frame {
    enum class type { head, data, reset }; // a head behind the first is of trailers
    type is = type::data;
    field_list fields{};
    std::size_t most = 16384; // octets of a head in one frame
    std::string bytes{};
    bool ends = false; // END_STREAM
};
using framed_request = std::vector<h2_frame>;

void send_frame(h2_client& client, std::uint32_t stream, const h2_frame& frame);

struct framed_reading {
    // What the site may get of it, as HTTP/1 says it: `said`, all of it (whole); or all that its
    // length or its end has promised, though what came then was malformed, or a reset (complete);
    // or its head (begun); or nothing.
    enum class form { nothing, begun, complete, whole };
    form is = form::nothing;
    strict_request said; // Host is the authority, whichever field that came from
    bool early = false;  // its length was there before its end
    std::string fault;   // the first that there is
};
framed_reading read_frames(const framed_request& frames);

} // namespace v6front
