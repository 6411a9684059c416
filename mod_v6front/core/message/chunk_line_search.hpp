// SPDX-License-Identifier: Apache-2.0
//
// Whether a chunk's line is whole, in bytes that grow; with the last chunk, the trailer section
// after it too. A member of the owner of the bytes; refuses nothing, which is its parser's task.
#pragma once

#include <cstddef>
#include <string_view>

namespace v6front
{

class chunk_line_search
{
public:
    // True if httpd's HTTP_IN can read a chunk's line from these bytes without waiting for the rest
    // of it, or with the last chunk for the trailer section, which it reads blocking
    // (http_filters.c); and where the bytes are too many for either, for it to say so. They are
    // those of the last call and what has come since.
    bool ends_in(std::string_view bytes) noexcept;

private:
    std::size_t searched_ = 0;
    bool is_last_ = false; // the line has been seen, and is the last chunk's
};

} // namespace v6front
