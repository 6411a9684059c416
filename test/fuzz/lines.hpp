// SPDX-License-Identifier: Apache-2.0
//
// An input of a fuzz target as lines, and lines as fields: name and value at the first colon, with
// any octet but LF in them.
#pragma once

#include "core/message/fields.hpp"

#include <cstdint>

namespace v6front::test
{

inline std::string_view take_line(std::string_view& rest)
{
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    return line;
}

inline field_list as_fields(std::string_view rest)
{
    field_list fields;
    while (!rest.empty()) {
        const auto line = take_line(rest);
        const auto colon = line.find(':');
        if (colon != line.npos)
            fields.push_back({line.substr(0, colon), line.substr(colon + 1)});
    }
    return fields;
}

inline std::string_view text(const std::uint8_t* data, std::size_t size)
{
    return {reinterpret_cast<const char*>(data), size};
}

} // namespace v6front::test
