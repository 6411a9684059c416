// SPDX-License-Identifier: Apache-2.0

#include "head_search.hpp"

#include "field_section.hpp"

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
    if (!has_fields_) {
        const auto line_end = bytes.find('\n', searched_);
        searched_ = std::min(line_end, bytes.size());
        if (line_end == bytes.npos)
            return false;
        if (bytes.substr(0, line_end).find(" HTTP/") == bytes.npos)
            return true; // httpd answers it from the line alone
        has_fields_ = true;
    }
    return end_of_field_section(bytes, searched_) != bytes.npos;
}

} // namespace v6front
