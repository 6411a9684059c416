// SPDX-License-Identifier: Apache-2.0

#include "field_section.hpp"

namespace v6front
{

std::size_t end_of_field_section(std::string_view bytes, std::size_t& searched) noexcept
{
    for (;;) {
        const auto line_end = bytes.find('\n', searched);
        if (line_end == bytes.npos) {
            searched = bytes.size();
            return bytes.npos;
        }
        searched = line_end; // where to continue if what follows has yet to come
        const auto next = bytes.substr(line_end + 1, 2);
        if (next.substr(0, 1) == "\n")
            return line_end + 2;
        if (next == "\r\n")
            return line_end + 3;
        if (next.empty() || next == "\r")
            return bytes.npos;
        ++searched;
    }
}

} // namespace v6front
