// SPDX-License-Identifier: Apache-2.0
#include "request_head.hpp"

#include "core/base/ascii.hpp"
#include "core/message/trailers.hpp"
#include "upgrade.hpp"

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

// Which of the fields about the client are there already.
struct forwarded_fields {
    bool address = false;
    bool host = false;
    bool server = false;
    bool scheme = false;
    bool takes_trailers = false; // TE says so

    void note(std::string_view name) noexcept
    {
        switch (name.size()) {
        case 15:
            address = address || iequals(name, "x-forwarded-for");
            break;
        case 16:
            host = host || iequals(name, "x-forwarded-host");
            break;
        case 17:
            scheme = scheme || iequals(name, "x-forwarded-proto");
            break;
        case 18:
            server = server || iequals(name, "x-forwarded-server");
            break;
        default:
            break;
        }
    }
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

void append_given(std::string& out, const field& f, const request_view& request)
{
    out.append(f.name).append(": ").append(f.value);
    if (request.extends_chain && request.adds_forwarded && iequals(f.name, "x-forwarded-for"))
        out.append(", ").append(request.client_address);
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
        given.note(f.name);
        append_given(out, f, request);
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

void append_missing(std::string& out, const request_view& request, const forwarded_fields& given)
{
    if (!given.address)
        append_ours(out, "X-Forwarded-For", request.client_address);
    if (!given.host)
        append_ours(out, "X-Forwarded-Host", request.host);
    if (!given.server)
        append_ours(out, "X-Forwarded-Server", request.server_name);
    if (!given.scheme)
        append_ours(out, "X-Forwarded-Proto", request.scheme);
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
    if (request.adds_via) {
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
    if (request.adds_forwarded)
        append_missing(out, request, given);
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
