// SPDX-License-Identifier: Apache-2.0
#include "response_body.hpp"

#include "core/base/ascii.hpp"
#include "core/base/quote.hpp"
#include "framing.hpp"

#include <algorithm>

namespace v6front
{
namespace
{

bool is_content_length(std::string_view name) noexcept
{
    return name.size() == 14 && iequals(name, "content-length");
}

// What the fields say, each kind gathered over all of its lines.
struct sayings {
    bool chunked = false;
    bool close = false;
    bool keep_alive = false;
    bool unknown_length = false;
    std::optional<std::string_view> length;
    bool odd = false;
    std::optional<failure> bad_coding;
    std::optional<failure> bad_length;
};

failure refused(std::string_view why, const field& f)
{
    return {reason::bad_response,
            {},
            std::string(why) + ": " + quote(std::string(f.name) + ": " + std::string(f.value))};
}

// Whatever divides them, the two words that matter here are found: "Keep-Alive;" is one of them.
void take_connection(sayings& s, std::string_view value) noexcept
{
    constexpr std::string_view dividers = ",; \t";
    while (!value.empty()) {
        const std::string_view word = value.substr(0, value.find_first_of(dividers));
        s.close = s.close || iequals(word, "close");
        s.keep_alive = s.keep_alive || iequals(word, "keep-alive");
        value.remove_prefix(std::min(word.size() + 1, value.size()));
    }
}

// What is no coding at all: "identity" of RFC 2616, and what is written by those who take this
// field for Content-Transfer-Encoding or for a charset.
bool changes_nothing(std::string_view coding) noexcept
{
    constexpr std::string_view words[] = {"identity", "none", "7bit", "8bit", "binary", "utf-8"};
    return std::any_of(std::begin(words), std::end(words),
                       [coding](std::string_view word) { return iequals(coding, word); });
}

void take_coding(sayings& s, const field& f)
{
    std::string_view rest = f.value;
    s.odd = s.odd || s.chunked || !iequals(rest, "chunked");
    while (!rest.empty() && !s.bad_coding) {
        const std::string_view coding = take_element(rest);
        if (iequals(coding, "chunked")) {
            s.chunked = true;
        } else if (!coding.empty() && (s.chunked || !changes_nothing(coding))) {
            // Anything else would leave coded octets that nobody decodes (RFC 9112 6.1).
            s.bad_coding = refused("a transfer coding other than chunked", f);
        }
    }
}

void take_length(sayings& s, const field& f)
{
    std::string_view rest = f.value;
    const bool unknown = rest.empty() || rest == "-1";
    s.unknown_length = s.unknown_length || unknown;
    s.odd = s.odd || unknown;
    // Compared as text: "5" and "05" are one number, but not to every reader.
    for (bool last = unknown; !last && !s.bad_length;) {
        last = rest.find(',') == rest.npos;
        const std::string_view text = take_element(rest);
        if (!parse_content_length(text))
            s.bad_length = refused("a Content-Length that is not a number", f);
        else if (s.length && *s.length != text)
            s.bad_length = refused("a Content-Length that differs from " + quote(*s.length), f);
        s.length = text;
    }
    if (!s.bad_length && s.length && s.unknown_length)
        s.bad_length = refused("a Content-Length with a number and one without", f);
}

sayings gather(const field_list& fields)
{
    sayings s;
    for (const field& f : fields) {
        if (f.name.size() == 10 && iequals(f.name, "connection"))
            take_connection(s, f.value);
        else if (f.name.size() == 17 && iequals(f.name, "transfer-encoding"))
            take_coding(s, f);
        else if (is_content_length(f.name) && !s.bad_length)
            take_length(s, f);
    }
    return s;
}

void drop_lengths(response_head& head)
{
    std::erase_if(head.fields, [](const field& f) { return is_content_length(f.name); });
}

} // namespace

result<response_body> frame_response(response_head& head, bool to_head_request, bool irregular)
{
    sayings s = gather(head.fields);
    const bool is_interim = head.status < 200;
    const bool has_body =
        !is_interim && !to_head_request && head.status != 204 && head.status != 304;
    if (has_body && s.bad_coding)
        return *std::move(s.bad_coding);
    if (has_body && s.bad_length && !s.chunked)
        return *std::move(s.bad_length);
    const bool says_length = s.length || s.unknown_length || s.bad_length;
    const bool length_goes = says_length && (s.chunked || s.bad_coding || s.bad_length);
    if (length_goes || is_interim) {
        irregular = irregular || !is_interim;
        drop_lengths(head);
        s.length.reset();
    }
    if (s.length)
        head.content_length = parse_content_length(*s.length);
    response_body body;
    if (has_body) {
        body.at = s.chunked ? body_end::chunked : s.length ? body_end::length : body_end::close;
        body.length = head.content_length.value_or(0);
    }
    // Whether chunks of an HTTP/1.0 server are what they seem, the end of the connection tells (RFC
    // 9112 6.1).
    const bool would_keep = head.version > 10 ? !s.close : s.keep_alive && !s.close && !s.chunked;
    head.keep_alive = would_keep && !irregular && !s.odd && body.at != body_end::close;
    return body;
}

} // namespace v6front
