// SPDX-License-Identifier: Apache-2.0
//
// The octets of a token (RFC 9110 5.6.2), which needs no quotes.
#pragma once

#include "core/base/ascii.hpp"

namespace v6front
{

constexpr bool is_token_char(char c) noexcept
{
    return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

} // namespace v6front
