// SPDX-License-Identifier: Apache-2.0

#include "chunk_line_search.hpp"

#include "field_section.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

bool is_last_chunk(std::string_view line) // with its LF
{
    const auto zeros = std::min(line.find_first_not_of('0'), line.size());
    return zeros > 0 && line.substr(zeros).find_first_of("\r\n; \t") == 0;
}

} // namespace

bool chunk_line_search::ends_in(std::string_view bytes) noexcept
{
    constexpr std::size_t most = 64 * 1024;
    if (!is_last_) {
        const auto line_end = bytes.find('\n', searched_);
        searched_ = std::min(line_end, bytes.size());
        if (line_end == bytes.npos)
            return bytes.size() > most;
        if (!is_last_chunk(bytes.substr(0, line_end + 1)))
            return true;
        is_last_ = true;
    }
    return end_of_field_section(bytes, searched_) != bytes.npos || bytes.size() > most;
}

} // namespace v6front
