// SPDX-License-Identifier: Apache-2.0

#include "head_search.hpp"

#include <algorithm>

namespace v6front
{

std::size_t leading_empty_lines(std::string_view bytes) noexcept
{
    return std::min(bytes.find_first_not_of("\r\n"), bytes.size());
}

bool head_search::ends_in(std::string_view bytes) noexcept
{
    bytes.remove_prefix(leading_empty_lines(bytes));
    for (;;) {
        const auto line_end = bytes.find('\n', searched_);
        if (line_end == bytes.npos) {
            searched_ = bytes.size();
            return false;
        }
        searched_ = line_end; // where to go on if what follows has yet to come
        if (!has_fields_ && bytes.substr(0, line_end).find(" HTTP/") == bytes.npos)
            return true; // httpd answers it from the line alone
        has_fields_ = true;
        const auto next = bytes.substr(line_end + 1, 2);
        if (next.substr(0, 1) == "\n" || next == "\r\n")
            return true;
        if (next.empty() || next == "\r")
            return false;
        ++searched_;
    }
}

} // namespace v6front
