// SPDX-License-Identifier: Apache-2.0
#include "backend_url.hpp"

#include "core/base/ascii.hpp"
#include "core/base/numbers.hpp"
#include "core/message/fields.hpp"
#include "settings.hpp"

#include <algorithm>

namespace v6front
{
namespace
{

[[noreturn]] void refuse(std::string_view url, std::string_view why)
{
    std::string sentence = "\"";
    sentence += url;
    sentence += "\" ";
    sentence += why;
    throw setting_error(sentence);
}

// What follows "://", after refusing every scheme but http and https.
std::string_view after_scheme(std::string_view url, bool& tls)
{
    const std::size_t colon = url.find("://");
    if (colon == std::string_view::npos || colon == 0 ||
        !std::all_of(url.begin(), url.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; })) {
        refuse(url, "has no scheme: write http://host[:port][/path] or https://host[:port][/path]");
    }
    const std::string_view scheme = url.substr(0, colon);
    if (iequals(scheme, "ws") || iequals(scheme, "wss"))
        refuse(url, std::string("is a WebSocket URL; WebSockets use the same URL as other "
                                "requests: write ") +
                        (scheme.size() == 2 ? "http://" : "https://"));
    tls = iequals(scheme, "https");
    if (!tls && !iequals(scheme, "http"))
        refuse(url, "has a scheme that is not supported: write http:// or https://");
    return url.substr(colon + 3);
}

// A character that cannot stay as it is, for a message.
std::string shown(char c)
{
    if (c > ' ' && c < '\x7f')
        return {'"', c, '"'};
    if (c == ' ')
        return "a blank";
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto octet = static_cast<unsigned char>(c);
    return {'%', digits[octet >> 4U], digits[octet & 15U]};
}

// What is wrong with a host name, where one character is.
std::string why_no_name(std::string_view host)
{
    for (const char c : host) {
        if (static_cast<unsigned char>(c) > '\x7f')
            return "; write an international name in its ASCII form (xn--...)";
        if (!is_alnum(c) && c != '-' && c != '_' && c != '.')
            return ": it cannot have " + shown(c);
    }
    return {};
}

// Of one machine: 224.0.0.0 to 239.255.255.255 are groups.
void check_is_unicast(std::string_view url, const std::array<std::uint8_t, 4>& a)
{
    if ((a[0] & 0xF0U) == 0xE0U || a == std::array<std::uint8_t, 4>{255, 255, 255, 255})
        refuse(url, "has an address that no site can have: it is a group's (multicast, broadcast)");
}

// True if the C library might take the name for an address in one of its old notations, such as
// "127.1" or "0x7f000001": the last label is a number.
bool ends_in_number(std::string_view host) noexcept
{
    if (host.ends_with('.'))
        host.remove_suffix(1);
    std::string_view label = host.substr(host.rfind('.') + 1);
    if (label.starts_with("0x")) {
        label.remove_prefix(2);
        return std::all_of(label.begin(), label.end(), [](char c) { return hex_value(c) >= 0; });
    }
    return std::all_of(label.begin(), label.end(), is_digit);
}

// RFC 1123 2.1, and the underscore that names inside a house often have.
bool is_host_name(std::string_view host) noexcept
{
    if (host.ends_with('.'))
        host.remove_suffix(1);
    if (host.empty() || host.size() > 253)
        return false;
    std::size_t label = 0;
    for (const char c : host) {
        if (c == '.' ? label == 0 : !is_alnum(c) && c != '-' && c != '_')
            return false;
        label = c == '.' ? 0 : label + 1;
        if (label > 63)
            return false;
    }
    return label > 0;
}

void check_host(std::string_view url, std::string_view host)
{
    if (host.empty()) {
        refuse(url, "has no host: write http://host[:port][/path]");
    }
    if (!is_host_name(host))
        refuse(url, "has a host that is neither a name nor an IPv4 address" + why_no_name(host));
    const auto address = parse_ipv4(host);
    if (ends_in_number(host) && !address)
        refuse(url, "has a host that is not an IPv4 address of four decimal numbers");
    if (address)
        check_is_unicast(url, *address);
}

std::uint16_t parse_port(std::string_view url, std::string_view text)
{
    const auto port = parse_number<std::uint16_t>(text, 1);
    if (!port)
        refuse(url, "has a port that is not a number from 1 to 65535");
    return *port;
}

// The path goes out in request lines as it is, so it has to be one already (RFC 3986 3.3).
void check_path(std::string_view url, std::string_view path)
{
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '%' && i + 2 < path.size() && hex_value(path[i + 1]) >= 0 &&
            hex_value(path[i + 2]) >= 0)
            i += 2;
        else if (path[i] != '/' && !is_path_char(path[i]))
            refuse(url,
                   "has " + shown(path[i]) + " in its path, which must be percent-encoded" +
                       (path[i] == '\\' ? "; a group of a V6FrontPassMatch is written $1" : ""));
    }
}

// Hexadecimal groups between single colons, the last possibly an IPv4 address; how many 16-bit
// pieces they make, or -1. An empty text has none.
int count_groups(std::string_view text, bool may_end_in_ipv4) noexcept
{
    int count = 0;
    while (!text.empty()) {
        const std::size_t colon = text.find(':');
        const std::string_view group = text.substr(0, colon);
        if (colon == std::string_view::npos && may_end_in_ipv4 && parse_ipv4(group))
            return count + 2;
        if (group.empty() || group.size() > 4 || colon + 1 == text.size() ||
            !std::all_of(group.begin(), group.end(), [](char c) { return hex_value(c) >= 0; }))
            return -1;
        ++count;
        text = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
    }
    return count;
}

} // namespace

std::string backend_url::text() const
{
    return std::string(scheme()) + "://" + authority() + path;
}

std::string backend_url::authority() const
{
    return port == default_port() ? host : host + ":" + std::to_string(port);
}

backend_url parse_backend_url(std::string_view text)
{
    backend_url url;
    const std::string_view rest = after_scheme(text, url.tls);
    if (rest.find_first_of("?#") != std::string_view::npos)
        refuse(text, "has a query or fragment, which a backend cannot have");
    const std::size_t slash = rest.find('/');
    const std::string_view authority = rest.substr(0, slash);
    if (authority.find('@') != std::string_view::npos)
        refuse(text, "has user information before its host, which is not supported");
    if (authority.starts_with('[') || looks_like_ipv6(authority)) {
        refuse(text,
               "has an IPv6 address, and backends are IPv4 only: write a name or an IPv4 address");
    }
    const std::size_t colon = authority.rfind(':');
    url.host = authority.substr(0, colon);
    std::transform(url.host.begin(), url.host.end(), url.host.begin(), lower);
    check_host(text, url.host);
    url.port = url.default_port();
    if (colon != std::string_view::npos)
        url.port = parse_port(text, authority.substr(colon + 1));
    url.path = slash == std::string_view::npos ? "/" : rest.substr(slash);
    check_path(text, url.path);
    return url;
}

std::string parse_host_name(std::string_view text)
{
    if (const auto scheme = text.find("://"); scheme != text.npos) {
        const auto host =
            text.substr(scheme + 3, text.find_first_of(":/", scheme + 3) - scheme - 3);
        throw setting_error("\"" + std::string(text) + "\" is a URL; write the name alone" +
                            (host.empty() ? "" : ": \"" + std::string(host) + "\""));
    }
    if (looks_like_ipv6(text))
        throw setting_error("\"" + std::string(text) +
                            "\" is not an IPv4 address such as 192.0.2.10; backends are reached "
                            "over IPv4 only");
    // Digits and dots alone are an address that was mistyped: no name ends in a number.
    const auto last = text.substr(text.rfind('.') + 1);
    if (!last.empty() && last.find_first_not_of("0123456789") == text.npos && !parse_ipv4(text))
        throw setting_error("\"" + std::string(text) +
                            "\" is not an IPv4 address such as 192.0.2.10");
    if (text.find_first_of(":/") != text.npos)
        throw setting_error("\"" + std::string(text) +
                            "\" is not a host name; port and path belong in V6FrontPass");
    if (!is_host_name(text))
        throw setting_error("\"" + std::string(text) + "\" is not a host name" + why_no_name(text));
    if (const auto address = parse_ipv4(text))
        check_is_unicast(text, *address);
    return parse_backend_url("http://" + std::string(text)).host;
}

std::optional<std::array<std::uint8_t, 4>> parse_ipv4(std::string_view text) noexcept
{
    std::array<std::uint8_t, 4> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const std::size_t dot = text.find('.');
        const std::string_view digits = text.substr(0, dot);
        // A leading zero means octal to some readers.
        if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0') ||
            (i < 3) != (dot != std::string_view::npos))
            return std::nullopt;
        const auto value = parse_number<std::uint8_t>(digits);
        if (!value)
            return std::nullopt;
        octets[i] = *value;
        text = dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
    }
    return octets;
}

bool looks_like_ipv6(std::string_view text) noexcept
{
    if (text.starts_with('[') && text.ends_with(']'))
        text = text.substr(1, text.size() - 2);
    text = text.substr(0, text.find('%'));
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos)
        return count_groups(text, true) == 8;
    const int before = count_groups(text.substr(0, gap), false);
    const int after = count_groups(text.substr(gap + 2), true);
    return before >= 0 && after >= 0 && before + after <= 7;
}

} // namespace v6front
