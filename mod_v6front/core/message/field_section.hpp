// SPDX-License-Identifier: Apache-2.0
//
// Where a field section ends (RFC 9112 2.1), in bytes that grow: that of a head, or of the trailers
// after a last chunk. Each octet is looked at once, so that bytes which come one at a time cost no
// more than those which come at once. Knows nothing of what the fields say.
#pragma once

#include <cstddef>
#include <string_view>

namespace v6front
{

// Offset after the empty line that ends the section, npos if it is not there yet. A bare LF ends a
// line too: the parser of the section says whether it may. `searched` is the caller's to keep from
// call to call, 0 at first: no line that ends before that is followed by an empty one.
std::size_t end_of_field_section(std::string_view bytes, std::size_t& searched) noexcept;

} // namespace v6front
