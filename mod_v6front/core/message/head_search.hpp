// SPDX-License-Identifier: Apache-2.0
//
// Where a request's head ends, in bytes that grow. Looks at each octet once, so that a head that
// comes one octet at a time costs no more than one that comes at once. A local of the function that
// waits for the head; knows nothing of what the head says.
#pragma once

#include <cstddef>
#include <string_view>

namespace v6front
{

// Length of the empty lines that a client may send before a request line (RFC 9112 2.2).
std::size_t leading_empty_lines(std::string_view bytes) noexcept;

class head_search
{
public:
    // True if httpd can read a whole request head from these bytes without waiting: request line
    // and fields up to the empty line (leading empty lines skipped), or an HTTP/0.9 line, which has
    // no fields. The bytes are those of the last call and what has come since; leading empty lines
    // may have gone from them.
    bool ends_in(std::string_view bytes) noexcept;

private:
    std::size_t searched_ = 0; // after the leading empty lines; no end before that
    bool has_fields_ = false;  // the first line has been seen, and is no HTTP/0.9
};

} // namespace v6front
