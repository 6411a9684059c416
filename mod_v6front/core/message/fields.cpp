// SPDX-License-Identifier: Apache-2.0
#include "fields.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace v6front
{
namespace
{

// The position of the quote that ends the quoted-string (RFC 9110 5.6.4) begun at `open`, or npos.
std::size_t closing_quote(std::string_view text, std::size_t open) noexcept
{
    for (std::size_t i = open + 1; i < text.size(); ++i) {
        if (text[i] == '"')
            return i;
        if (text[i] == '\\')
            ++i;
    }
    return std::string_view::npos;
}

bool is_connection(std::string_view name) noexcept
{
    return name.size() == 10 && iequals(name, "connection");
}

// True if any of eight octets is below 0x0e, as CR, LF and NUL are, and few other octets.
bool has_low_octet(const char* text) noexcept
{
    constexpr std::uint64_t ones = 0x0101010101010101U;
    std::uint64_t word = 0;
    std::memcpy(&word, text, sizeof word);
    return ((word - ones * 0x0e) & ~word & (ones * 0x80)) != 0;
}

bool has_line_end(std::string_view text) noexcept
{
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

} // namespace

bool list_contains(std::string_view list, std::string_view token) noexcept
{
    // A quote that nobody closes is an ordinary character; once one was found, no later one can be
    // closed either, and looking again at each would take quadratic time.
    bool quotes = true;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= list.size(); ++i) {
        if (i < list.size() && list[i] == '"' && quotes) {
            const std::size_t close = closing_quote(list, i);
            quotes = close != std::string_view::npos;
            i = quotes ? close : i;
        } else if (i == list.size() || list[i] == ',') {
            const std::string_view element = list.substr(begin, i - begin);
            const std::string_view name = trim(element.substr(0, element.find(';')));
            if (!name.empty() && iequals(name, token))
                return true;
            begin = i + 1;
        }
    }
    return false;
}

const field* find(std::span<const field> fields, std::string_view name) noexcept
{
    const auto it = std::find_if(fields.begin(), fields.end(),
                                 [&](const field& f) { return iequals(f.name, name); });
    return it == fields.end() ? nullptr : &*it;
}

bool is_hop_by_hop(std::string_view name) noexcept
{
    switch (name.size()) {
    case 2:
        return iequals(name, "te");
    case 7:
        return iequals(name, "trailer") || iequals(name, "upgrade");
    case 10:
        return iequals(name, "connection") || iequals(name, "keep-alive");
    case 14:
        return iequals(name, "http2-settings");
    case 16:
        return iequals(name, "proxy-connection");
    case 17:
        return iequals(name, "transfer-encoding");
    case 18:
        return iequals(name, "proxy-authenticate");
    case 19:
        return iequals(name, "proxy-authorization");
    default:
        return false;
    }
}

bool has_nominations(std::span<const field> fields) noexcept
{
    return std::any_of(fields.begin(), fields.end(), [](const field& f) {
        return is_connection(f.name) && !iequals(f.value, "keep-alive") &&
               !iequals(f.value, "close");
    });
}

bool is_nominated(std::span<const field> fields, std::string_view name) noexcept
{
    return std::any_of(fields.begin(), fields.end(), [&](const field& f) {
        return is_connection(f.name) && list_contains(f.value, name);
    });
}

bool is_one_line(std::string_view text) noexcept
{
    if (text.size() < sizeof(std::uint64_t))
        return !has_line_end(text);
    // The last eight octets may overlap those before.
    const char* const last = text.data() + text.size() - sizeof(std::uint64_t);
    bool suspicious = has_low_octet(last);
    for (const char* p = text.data(); p < last; p += sizeof(std::uint64_t))
        suspicious |= has_low_octet(p);
    return !suspicious || !has_line_end(text);
}

} // namespace v6front
