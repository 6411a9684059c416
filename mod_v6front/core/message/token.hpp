// SPDX-License-Identifier: Apache-2.0
//
// The octets of a token (RFC 9110 5.6.2), which needs no quotes, and names of fields as programs
// read them.
#pragma once

#include "core/base/ascii.hpp"

#include <algorithm>

namespace v6front
{

constexpr bool is_token_char(char c) noexcept
{
    return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// CGI and its heirs take every other character of a name for "_", so X_Forwarded_For is
// X-Forwarded-For to a site. `name` is in lower case.
constexpr bool is_read_as(std::string_view said, std::string_view name) noexcept
{
    return std::equal(said.begin(), said.end(), name.begin(), name.end(),
                      [](char a, char b) { return lower(a) == b || (b == '-' && !is_alnum(a)); });
}

} // namespace v6front
