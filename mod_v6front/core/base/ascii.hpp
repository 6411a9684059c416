// SPDX-License-Identifier: Apache-2.0
//
// Questions about single octets, as the grammar of HTTP (RFC 9110 5.6) and of URIs (RFC 3986) asks
// them. The C library's answers depend on the locale, these do not.
#pragma once

#include <cstddef>
#include <string_view>

namespace v6front
{

constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_alnum(char c) noexcept
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) noexcept
{
    if (is_digit(c))
        return c - '0';
    const char l = lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// As field names and tokens are compared (RFC 9110 5.1).
constexpr bool iequals(std::string_view a, std::string_view b) noexcept
{
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] != b[i] && lower(a[i]) != lower(b[i]))
            return false;
    }
    return true;
}

// OWS (RFC 9110 5.6.3).
constexpr bool is_blank(char c) noexcept
{
    return c == ' ' || c == '\t';
}

constexpr std::string_view trim(std::string_view text) noexcept
{
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

// Takes the element before the first comma off `rest`, trimmed. A comma in quotes or in a comment
// separates too: for lists in which nobody may hide an element from us.
constexpr std::string_view take_element(std::string_view& rest) noexcept
{
    const std::size_t comma = rest.find(',');
    const std::string_view element = trim(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    return element;
}

// pchar (RFC 3986 3.3) without its percent-encoded form.
constexpr bool is_path_char(char c) noexcept
{
    return is_alnum(c) || std::string_view("-._~!$&'()*+,;=:@").find(c) != std::string_view::npos;
}

} // namespace v6front
