// SPDX-License-Identifier: Apache-2.0

#include "report_text.hpp"

#include <array>
#include <cstddef>

namespace v6front
{

namespace
{

constexpr unsigned char octet_at(std::string_view text, std::size_t i) noexcept
{
    return static_cast<unsigned char>(text[i]);
}

// How many octets the character has that begins there; 0: it is none (RFC 3629 4).
std::size_t character_at(std::string_view text, std::size_t i) noexcept
{
    const auto first = octet_at(text, i);
    if (first < 0x80)
        return 1;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() - i < size)
        return 0;
    const auto second = octet_at(text, i + 1);
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
        return 0;
    for (std::size_t n = 1; n < size; ++n)
        if ((octet_at(text, i + n) & 0xc0) != 0x80)
            return 0;
    return size;
}

template <class Change> std::string changed(std::string_view text, const Change& change)
{
    std::string out;
    for (const char c : as_utf8(text))
        change(out, c);
    return out;
}

std::string with_one_decimal(std::uint64_t n, std::uint64_t unit)
{
    const auto tenths = (n * 10 + unit / 2) / unit;
    auto out = std::to_string(tenths / 10);
    if (tenths < 100 && tenths % 10 != 0)
        out.append(1, '.') += static_cast<char>('0' + tenths % 10);
    return out;
}

} // namespace

std::string as_utf8(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto size = character_at(text, i);
        out.append(size == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(i, size));
        i += size == 0 ? 1 : size;
    }
    return out;
}

std::string html_text(std::string_view text)
{
    return changed(text, [](std::string& out, char c) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (c == '\'')
            out += "&#39;";
        else
            out += c;
    });
}

std::string label_text(std::string_view text)
{
    return '"' +
           changed(text,
                   [](std::string& out, char c) {
                       if (c == '"' || c == '\\')
                           (out += '\\') += c;
                       else if (c == '\n')
                           out += "\\n";
                       else
                           out += c;
                   }) +
           '"';
}

std::string line_text(std::string_view text)
{
    return changed(text, [](std::string& out, char c) {
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    });
}

std::string seconds_of(std::uint64_t microseconds)
{
    auto out = std::to_string(microseconds / 1'000'000);
    const auto rest = microseconds % 1'000'000;
    if (rest == 0)
        return out;
    const auto digits = std::to_string(rest + 1'000'000);
    out += '.';
    out.append(digits, 1, digits.find_last_not_of('0'));
    return out;
}

std::string duration_words(std::int64_t milliseconds)
{
    const auto s = milliseconds > 0 ? milliseconds / 1000 : 0;
    if (s < 120)
        return std::to_string(s) + " s";
    if (s < 120 * 60)
        return std::to_string(s / 60) + " min";
    if (s < 48 * 3600)
        return std::to_string(s / 3600) + " h";
    return std::to_string(s / 86400) + " d";
}

std::string latency_words(std::uint64_t microseconds)
{
    if (microseconds < 1000)
        return std::to_string(microseconds) + " us";
    if (microseconds < 1'000'000)
        return with_one_decimal(microseconds, 1000) + " ms";
    return with_one_decimal(microseconds, 1'000'000) + " s";
}

std::string size_words(std::uint64_t octets)
{
    constexpr std::array<std::string_view, 5> units{" B", " kB", " MB", " GB", " TB"};
    std::size_t i = 0;
    std::uint64_t unit = 1;
    while (i + 1 < units.size() && octets / unit >= 1000) {
        unit *= 1000;
        ++i;
    }
    return with_one_decimal(octets, unit).append(units[i]);
}

} // namespace v6front
