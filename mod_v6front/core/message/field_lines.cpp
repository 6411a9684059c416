// SPDX-License-Identifier: Apache-2.0
#include "field_lines.hpp"

#include "core/base/ascii.hpp"
#include "core/base/quote.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace v6front
{
namespace
{

constexpr std::array<bool, 256> make_token_octets()
{
    std::array<bool, 256> is{};
    for (std::size_t c = 0; c < is.size(); ++c)
        is[c] = is_alnum(static_cast<char>(c));
    for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
        is[static_cast<unsigned char>(c)] = true;
    return is;
}
constexpr std::array<bool, 256> token_octets = make_token_octets();

std::size_t token_length(std::string_view text) noexcept
{
    std::size_t n = 0;
    while (n < text.size() && token_octets[static_cast<unsigned char>(text[n])])
        ++n;
    return n;
}

bool is_control(char c) noexcept
{
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f';
}

// True if any of eight octets may be a control: below 0x20, as HTAB is too, or DEL.
bool may_have_control(const char* text) noexcept
{
    constexpr std::uint64_t ones = 0x0101010101010101U;
    std::uint64_t word = 0;
    std::memcpy(&word, text, sizeof word);
    const std::uint64_t low = (word - ones * 0x20) & ~word;
    const std::uint64_t against_del = word ^ (ones * 0x7f);
    const std::uint64_t del = (against_del - ones) & ~against_del;
    return ((low | del) & (ones * 0x80)) != 0;
}

bool delimits_body(std::string_view name) noexcept
{
    return iequals(name, "content-length") || iequals(name, "transfer-encoding");
}

failure bad_line(std::string_view why, std::string_view line)
{
    return {reason::bad_response, {}, std::string(why) + ": " + quote_line(line)};
}

// One section, line by line.
class reading
{
public:
    reading(std::string_view lines, field_section& into) : rest_(lines), into_(into) {}

    bool is_over() const noexcept { return rest_.empty() || rest_[0] == '\n' || rest_ == "\r\n"; }
    std::optional<failure> read_field();
    void skip_folds()
    {
        while (is_folded())
            take_line();
    }

private:
    std::string_view take_line() noexcept;
    bool is_folded() const noexcept { return !rest_.empty() && is_blank(rest_[0]); }
    std::optional<failure> read_odd(std::string_view line, std::size_t name);
    std::optional<failure> add(std::string_view name, std::string_view value,
                               std::string_view line);
    std::optional<failure> clean(std::string_view& value, std::string_view line, bool frames);

    std::string_view rest_;
    field_section& into_;
};

// The next line without its end.
std::string_view reading::take_line() noexcept
{
    const auto lf = std::min(rest_.find('\n'), rest_.size());
    std::string_view line = rest_.substr(0, lf);
    rest_.remove_prefix(std::min(lf + 1, rest_.size()));
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    else
        into_.irregular = true;
    return line;
}

std::optional<failure> reading::read_field()
{
    const std::string_view line = take_line();
    const std::size_t name = token_length(line);
    if (name > 0 && name < line.size() && line[name] == ':')
        return add(line.substr(0, name), trim(line.substr(name + 1)), line);
    return read_odd(line, name);
}

std::optional<failure> reading::read_odd(std::string_view line, std::size_t name)
{
    const auto colon = line.find(':');
    if (line.find('\0') != line.npos)
        return bad_line("a NUL in a line", line);
    if (line.find_first_not_of('\r') == line.npos)
        return bad_line("a line of CRs only, which may or may not end the head", line);
    if (is_blank(line[0]))
        return bad_line("a blank before the first field", line);
    if (colon != line.npos && name > 0 && line.find_first_not_of(" \t", name) == colon) {
        into_.irregular = true; // RFC 9112 5.1: such blanks are removed
        return add(line.substr(0, name), trim(line.substr(colon + 1)), line);
    }
    if (line[0] == '<')
        return bad_line("the body begins before the end of the head", line);
    if (colon == 0)
        return bad_line("a field without a name", line);
    if (colon != line.npos)
        return bad_line("invalid characters in a field name", line);
    if (line.substr(0, line.find_last_not_of('\r') + 1).find('\r') != line.npos)
        return bad_line("a CR inside a line", line);
    into_.irregular = true; // browsers pass over it; mod_proxy over a second status line
    skip_folds();
    return std::nullopt;
}

std::optional<failure> reading::add(std::string_view name, std::string_view value,
                                    std::string_view line)
{
    if (is_folded()) { // RFC 9112 5.2
        std::string unfolded(value);
        while (is_folded()) {
            const std::string_view more = trim(take_line());
            unfolded.append(more.empty() || unfolded.empty() ? "" : " ").append(more);
        }
        into_.irregular = into_.irregular || delimits_body(name);
        value = into_.owned.emplace_back(std::move(unfolded));
    }
    if (has_control(value)) {
        auto bad = clean(value, line, delimits_body(name));
        if (bad)
            return bad;
    }
    into_.fields.push_back({name, value});
    return std::nullopt;
}

// RFC 9110 5.5: what is left of control characters is a blank. httpd itself would answer 500 with
// them, and HTTP/2 has no way to carry them.
std::optional<failure> reading::clean(std::string_view& value, std::string_view line, bool frames)
{
    while (value.ends_with('\r')) {
        value = trim(value.substr(0, value.size() - 1));
        into_.irregular = true;
    }
    if (value.find('\0') != value.npos)
        return bad_line("a NUL in a field", line);
    if (value.find('\r') != value.npos)
        return bad_line("a CR inside a line", line);
    if (has_control(value) && frames)
        return bad_line("a control character in a field that sets the body's length", line);
    if (has_control(value)) {
        std::string& text = into_.owned.emplace_back(value);
        std::replace_if(text.begin(), text.end(), is_control, ' ');
        value = trim(text);
    }
    return std::nullopt;
}

} // namespace

bool has_control(std::string_view text) noexcept
{
    if (text.size() >= sizeof(std::uint64_t)) {
        // The last eight octets may overlap those before.
        const char* const last = text.data() + text.size() - sizeof(std::uint64_t);
        bool suspicious = may_have_control(last);
        for (const char* p = text.data(); p < last; p += sizeof(std::uint64_t))
            suspicious |= may_have_control(p);
        if (!suspicious)
            return false;
    }
    return std::any_of(text.begin(), text.end(), is_control);
}

std::optional<failure> read_fields(std::string_view lines, field_section& into)
{
    reading r(lines, into);
    while (!r.is_over()) {
        auto bad = r.read_field();
        if (bad)
            return bad;
    }
    into.irregular = into.irregular || lines.ends_with("\n\n") || lines == "\n";
    return std::nullopt;
}

void read_trailers(std::string_view lines, field_section& into)
{
    reading r(lines, into);
    while (!r.is_over()) {
        if (r.read_field()) {
            into.irregular = true;
            r.skip_folds();
        }
    }
}

} // namespace v6front
