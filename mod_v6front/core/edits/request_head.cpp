// SPDX-License-Identifier: Apache-2.0
#include "request_head.hpp"

#include "core/base/ascii.hpp"
#include "core/message/trailers.hpp"
#include "forwarded.hpp"
#include "upgrade.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace v6front
{
namespace
{

// Fields that the front writes itself, or not at all, whatever others have said.
bool is_ours(std::string_view name) noexcept
{
    switch (name.size()) {
    case 3:
        return iequals(name, "via");
    case 4:
        return iequals(name, "host");
    case 6:
        return iequals(name, "expect");
    case 14:
        return iequals(name, "content-length");
    default:
        return false;
    }
}

// Which of the fields that the front may add this is; 0: none of them. Via is written elsewhere.
std::uint16_t bit_of(std::string_view name) noexcept
{
    const auto bit_if = [name](added_header h) {
        return iequals(name, name_of(h)) ? static_cast<std::uint16_t>(h) : std::uint16_t{};
    };
    switch (name.size()) {
    case 9:
        return bit_if(added_header::forwarded);
    case 12:
        return bit_if(added_header::request_id);
    case 15:
        return bit_if(added_header::address);
    case 16:
        return static_cast<std::uint16_t>(bit_if(added_header::host) | bit_if(added_header::port));
    case 17:
        return bit_if(added_header::scheme);
    case 18:
        return bit_if(added_header::server);
    default:
        return 0;
    }
}

// Which of the fields about the client are there already.
struct forwarded_fields {
    std::uint16_t said = 0;
    bool takes_trailers = false; // TE says so
};

bool is_loop_token(std::string_view name) noexcept
{
    return name.size() == 8 && iequals(name, "cdn-loop");
}

void append_field(std::string& out, std::string_view name, std::string_view value)
{
    out.append(name).append(": ").append(value).append("\r\n");
}

void append_ours(std::string& out, std::string_view name, std::string_view value)
{
    if (!value.empty() && is_one_line(value))
        append_field(out, name, value);
}

// What the front says in a field that may be a list of what all proxies on the way have said.
void append_element(std::string& out, added_header h, const request_view& request)
{
    if (h == added_header::forwarded)
        append_forwarded(out, {request.client_address, request.front_address,
                               is_one_line(request.host) ? request.host : std::string_view(),
                               request.scheme});
    else
        out += h == added_header::address ? request.client_address : request.server_name;
}

void append_given(std::string& out, const field& f, std::uint16_t bit, const request_view& request)
{
    out.append(f.name).append(": ").append(f.value);
    const auto header = static_cast<added_header>(bit);
    // Of several lines, which are one list, to the last.
    if ((request.extends & bit) != 0 && request.adds.has(header) &&
        std::none_of(&f + 1, request.fields.data() + request.fields.size(),
                     [&f](const field& later) { return iequals(later.name, f.name); }))
        append_element(trim(f.value).empty() ? out : out.append(", "), header, request);
    out.append("\r\n");
}

forwarded_fields append_given_fields(std::string& out, const request_view& request, bool chunked)
{
    forwarded_fields given;
    for (const field& f : request.fields) {
        if (is_hop_by_hop(f.name)) {
            given.takes_trailers = given.takes_trailers || accepts_trailers(f);
            if (chunked && iequals(f.name, "trailer") && is_one_line(f.value))
                append_field(out, f.name, f.value);
            continue;
        }
        if (f.name.empty() || is_ours(f.name) || !is_one_line(f.name) || !is_one_line(f.value))
            continue;
        const std::uint16_t bit = bit_of(f.name);
        given.said |= bit;
        append_given(out, f, bit, request);
    }
    if (given.takes_trailers)
        out += "TE: trailers\r\n";
    return given;
}

// One field, and what servers have always been sent first: some of them compare, and parse no list.
// Where the client asks to leave HTTP, append_upgrade has written it.
void append_connection(std::string& out, const forwarded_fields& given, bool reuse, bool leaves)
{
    if (!leaves) {
        out += reuse ? "Connection: keep-alive" : "Connection: close";
        out += given.takes_trailers ? ", TE\r\n" : "\r\n";
    } else if (given.takes_trailers) {
        out += "Connection: TE\r\n";
    }
}

void append_missing(std::string& out, const request_view& request, std::uint16_t said)
{
    const auto is_wanted = [&request, said](added_header h) {
        return (said & static_cast<unsigned>(h)) == 0 && request.adds.has(h);
    };
    const auto append = [&](added_header h, std::string_view value) {
        if (is_wanted(h))
            append_ours(out, name_of(h), value);
    };
    append(added_header::address, request.client_address);
    append(added_header::host, request.host);
    append(added_header::server, request.server_name);
    append(added_header::scheme, request.scheme);
    append(added_header::port, request.port);
    if (is_wanted(added_header::forwarded)) {
        append_element(out.append("Forwarded: "), added_header::forwarded, request);
        out += "\r\n";
    }
    append(added_header::request_id, request.request_id);
}

// One list, ours last, so that each recipient can read the way back (RFC 9110 7.6.3).
void append_via(std::string& out, const request_view& request, std::string_view pseudonym)
{
    const char* between = "Via: ";
    for (const field& f : request.fields) {
        if (iequals(f.name, "via") && !trim(f.value).empty() && is_one_line(f.value)) {
            out.append(between).append(f.value);
            between = ", ";
        }
    }
    if (request.adds_via && request.adds.has(added_header::via)) {
        out.append(between).append(request.version).append(" ").append(pseudonym);
        between = ", ";
    }
    out += *between == ',' ? "\r\n" : "";
    // For a proxy that rewrites Via on the way back to us. Another line of the same list (RFC
    // 9110 5.3).
    out.append("CDN-Loop: ").append(pseudonym).append("\r\n");
}

bool expects_body(std::string_view method) noexcept
{
    return method == "POST" || method == "PUT" || method == "PATCH";
}

void append_framing(std::string& out, const request_view& request, const framing& body)
{
    if (body.kind == framing_kind::chunked) {
        out += "Transfer-Encoding: chunked\r\n";
        return;
    }
    const std::uint64_t length = body.kind == framing_kind::length ? body.length : 0;
    if (length == 0 && !expects_body(request.method) && !find(request.fields, "content-length"))
        return;
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), length).ptr;
    append_field(out, "Content-Length",
                 {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

} // namespace

void append_request_head(std::string& out, const request_view& request, const framing& body,
                         const request_edits& edits)
{
    const bool keep_host =
        edits.preserve_host && !request.host.empty() && is_one_line(request.host);
    out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
    // First, as RFC 9110 7.2 would have it.
    append_field(out, "Host", keep_host ? request.host : edits.backend_authority);
    const auto given = append_given_fields(out, request, body.kind == framing_kind::chunked);
    const std::size_t before_upgrade = out.size();
    if (has_nominations(request.fields))
        append_upgrade(out, request);
    const bool leaves = out.size() > before_upgrade;
    append_missing(out, request, given.said);
    append_via(out, request, edits.via);
    append_connection(out, given, edits.reuse, leaves);
    append_framing(out, request, body);
    if (request.expects_continue)
        out += "Expect: 100-continue\r\n";
    out += "\r\n";
}

// Cut at each comma, even in a comment: one that a client leaves open would otherwise swallow what
// we append, and hide the loop. In Via the pseudonym is the second word of an element, in CDN-Loop
// the first.
bool has_passed(std::span<const field> fields, std::string_view pseudonym) noexcept
{
    for (const field& f : fields) {
        const bool via = f.name.size() == 3 && iequals(f.name, "via");
        if (!via && !is_loop_token(f.name))
            continue;
        for (std::string_view rest = f.value; !rest.empty();) {
            std::string_view by = trim(take_element(rest));
            if (via) {
                const std::size_t blank = by.find_first_of(" \t");
                by = blank == std::string_view::npos ? "" : trim(by.substr(blank));
            }
            if (!pseudonym.empty() && iequals(by.substr(0, by.find_first_of(" \t(;")), pseudonym))
                return true;
        }
    }
    return false;
}

} // namespace v6front
