// SPDX-License-Identifier: Apache-2.0
#include "forwarded.hpp"

#include "core/base/ascii.hpp"
#include "core/base/ip_address.hpp"
#include "core/message/token.hpp"

#include <algorithm>

namespace v6front
{
namespace
{

void append_value(std::string& out, std::string_view value)
{
    if (!value.empty() && std::all_of(value.begin(), value.end(), is_token_char)) {
        out += value;
        return;
    }
    out += '"';
    for (const char c : value) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    out += '"';
}

// An IPv6 address is in brackets, and so in quotes (RFC 7239 6).
void append_node(std::string& out, std::string_view address)
{
    if (address.empty())
        out += "unknown";
    else if (address.find(':') != std::string_view::npos)
        out.append("\"[").append(address).append("]\"");
    else
        append_value(out, address);
}

// As Forwarded has an IPv6 address, and some write X-Forwarded-For.
std::string_view unquoted_element(std::string_view text) noexcept
{
    const bool quoted = text.size() > 1 && text.starts_with('"') && text.ends_with('"');
    return quoted ? text.substr(1, text.size() - 2) : text;
}

// One address may be written in several ways.
bool is_client(std::string_view element, std::string_view client) noexcept
{
    const std::string_view said = plain_address(unquoted_element(trim(element)));
    const auto address = parse_ip_address(said);
    return said == client || (address && address == parse_ip_address(client));
}

// Where a parameter of Forwarded ends: at "," or ";" outside of quotes, or with the text.
std::size_t end_of_parameter(std::string_view text) noexcept
{
    bool quoted = false;
    std::size_t i = 0;
    for (; i < text.size() && (quoted || (text[i] != ',' && text[i] != ';')); ++i)
        if (quoted && text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            quoted = !quoted;
    return std::min(i, text.size());
}

} // namespace

std::string_view plain_address(std::string_view text) noexcept
{
    if (text.starts_with('['))
        text = text.substr(1, text.find(']') - 1);
    else if (const auto colon = text.find(':');
             colon != std::string_view::npos && colon == text.rfind(':'))
        text = text.substr(0, colon);
    text = text.substr(0, text.find('%'));
    constexpr std::string_view mapped = "::ffff:";
    if (iequals(text.substr(0, mapped.size()), mapped) && text.find('.') != std::string_view::npos)
        text.remove_prefix(mapped.size());
    return text;
}

std::optional<std::string> plain_addresses(std::string_view list)
{
    std::string out;
    bool changed = false;
    const char* between = "";
    for (std::string_view rest = list; !rest.empty();) {
        const std::string_view element = take_element(rest);
        const std::string_view plain = plain_address(unquoted_element(element));
        const auto address = parse_ip_address(plain);
        const bool is_hidden_v4 = address && address->is_v4() && plain.find(':') != plain.npos;
        const bool has_more = !address && element.find_first_of(":[]%\"") != element.npos;
        const std::string_view text = has_more ? "unknown" : address ? plain : element;
        changed = changed || element.empty() || is_hidden_v4 || text != element;
        if (element.empty())
            continue;
        out.append(between);
        out += is_hidden_v4 ? address->text() : std::string(text);
        between = ", ";
    }
    return changed ? std::optional(std::move(out)) : std::nullopt;
}

void append_forwarded(std::string& out, const forwarded_view& said)
{
    out += "for=";
    append_node(out, said.client);
    if (!said.by.empty()) {
        out += ";by=";
        append_node(out, said.by);
    }
    if (!said.host.empty()) {
        out += ";host=";
        append_value(out, said.host);
    }
    out += ";proto=";
    append_value(out, said.scheme);
}

bool can_be_appended_to(std::string_view forwarded) noexcept
{
    bool quoted = false;
    for (std::size_t i = 0; i < forwarded.size(); ++i)
        if (quoted && forwarded[i] == '\\')
            ++i;
        else if (forwarded[i] == '"')
            quoted = !quoted;
    return !quoted;
}

bool ends_with_client(std::string_view addresses, std::string_view client) noexcept
{
    const std::size_t comma = addresses.rfind(',');
    return is_client(comma == std::string_view::npos ? addresses : addresses.substr(comma + 1),
                     client);
}

bool forwarded_ends_with_client(std::string_view forwarded, std::string_view client) noexcept
{
    bool is_last = false;
    for (std::string_view rest = forwarded; !rest.empty();) {
        const std::size_t end = end_of_parameter(rest);
        const std::string_view one = trim(rest.substr(0, end));
        if (iequals(one.substr(0, 4), "for="))
            is_last = is_client(one.substr(4), client);
        if (end < rest.size() && rest[end] == ',')
            is_last = false;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return is_last;
}

bool is_request_id(std::string_view text) noexcept
{
    constexpr std::size_t longest = 128;
    return !text.empty() && text.size() <= longest &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return is_alnum(c) ||
                      std::string_view("-._~+/=:@").find(c) != std::string_view::npos;
           });
}

std::array<char, 32> request_id_text(std::uint64_t high, std::uint64_t low) noexcept
{
    std::array<char, 32> out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::uint64_t half = i < 16 ? high : low;
        out[i] = "0123456789abcdef"[half >> (60 - 4 * (i % 16)) & 15U];
    }
    return out;
}

} // namespace v6front
