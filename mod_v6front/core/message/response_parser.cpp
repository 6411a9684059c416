// SPDX-License-Identifier: Apache-2.0
#include "response_parser.hpp"

#include "core/base/ascii.hpp"
#include "core/base/quote.hpp"
#include "field_lines.hpp"

#include <algorithm>

namespace v6front
{
namespace
{

constexpr std::size_t usual_fields = 24;

failure refused(std::string_view why, std::string_view line)
{
    return {reason::bad_response, {}, std::string(why) + ": " + quote_line(line)};
}

std::string_view without_blanks(std::string_view text) noexcept
{
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    return text;
}

// "HTTP/1.1" and a blank or the line's end: the version, 0 if it is none of ours.
int take_version(std::string_view& rest, bool& irregular) noexcept
{
    const std::string_view version = rest.substr(0, 8);
    if (version.size() < 8 || !may_be_response(version) || !is_digit(version[7]) ||
        (version[5] == '2' && version[7] != '0'))
        return 0;
    rest.remove_prefix(version.size());
    if (!rest.empty() && !is_blank(rest.front()))
        return 0;
    irregular = irregular || version[5] == '2';
    return version.substr(5) == "1.0" ? 10 : 11;
}

// Three digits and what may follow them: nothing, or anything but a fourth.
int take_status(std::string_view& rest) noexcept
{
    const std::string_view digits = rest.substr(0, 3);
    if (digits.size() < 3 || !std::all_of(digits.begin(), digits.end(), is_digit))
        return 0;
    rest.remove_prefix(digits.size());
    if (!rest.empty() && rest.front() == '.') { // IIS: a status with a second one inside
        rest.remove_prefix(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
    } else if (!rest.empty() && is_digit(rest.front())) {
        return 0;
    }
    return (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
}

std::optional<failure> parse_status_line(std::string_view line, response_head& head,
                                         bool& irregular)
{
    std::string_view rest = line;
    while (rest.ends_with('\r')) {
        rest.remove_suffix(1);
        irregular = true;
    }
    if (rest.find('\0') != rest.npos || rest.find('\r') != rest.npos)
        return refused("a NUL or CR inside the status line", line);
    head.version = take_version(rest, irregular);
    if (head.version == 0)
        return refused("the first line is not an HTTP/1 status line", line);
    rest = without_blanks(rest);
    head.status = take_status(rest);
    if (head.status < 100) { // neither interim nor final (RFC 9110 15)
        return refused("the status line has no three-digit status of 100 or more", line);
    }
    const std::string_view phrase = trim(rest);
    head.phrase = has_control(phrase) ? std::string_view{} : phrase; // RFC 9112 4: it says nothing
    return std::nullopt;
}

} // namespace

std::size_t before_status_line(std::string_view bytes, std::size_t most) noexcept
{
    const std::string_view first = bytes.substr(0, most);
    return std::min(first.find_first_not_of("\r\n \t"), first.size());
}

bool may_be_response(std::string_view bytes) noexcept
{
    constexpr std::string_view name = "HTTP/";
    if (!iequals(bytes.substr(0, name.size()), name.substr(0, bytes.size())))
        return false;
    const std::string_view version = bytes.substr(std::min(name.size(), bytes.size()));
    return version.empty() ||
           ((version[0] == '1' || version[0] == '2') && (version.size() == 1 || version[1] == '.'));
}

failure no_response_line(std::string_view bytes)
{
    const bool is_tls =
        bytes.size() > 1 && (bytes[0] == '\x15' || bytes[0] == '\x16') && bytes[1] == '\x03';
    return refused(is_tls ? "the backend speaks TLS on this port (https:// in V6FrontPass)"
                          : "the first line is not an HTTP/1 status line",
                   bytes);
}

result<response_body> parse_response_head(std::string_view text, bool to_head_request,
                                          response_head& head)
{
    const auto lf = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, lf);
    bool irregular = !line.ends_with('\r');
    line.remove_suffix(irregular ? 0 : 1);
    auto bad = parse_status_line(line, head, irregular);
    if (bad)
        return *std::move(bad);
    head.fields.reserve(usual_fields);
    field_section section{head.fields, head.rewritten, irregular};
    bad = read_fields(text.substr(std::min(lf + 1, text.size())), section);
    if (bad)
        return *std::move(bad);
    return frame_response(head, to_head_request, section.irregular);
}

std::string describe_large_head(std::string_view text, std::size_t most)
{
    std::size_t lines = 0;
    std::string_view longest;
    for (std::string_view rest = text; !rest.empty(); ++lines) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        longest = line.size() > longest.size() ? line : longest;
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    return "more than the " + std::to_string(most) + " octets of head=, in " +
           std::to_string(lines) + " lines; the longest is " + quote_line(longest);
}

std::string describe_cut_head(std::string_view text)
{
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.remove_suffix(1);
    const auto lf = text.rfind('\n');
    return "its last line is " + quote(text.substr(lf == text.npos ? 0 : lf + 1));
}

} // namespace v6front
