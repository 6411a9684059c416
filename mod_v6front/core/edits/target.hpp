// SPDX-License-Identifier: Apache-2.0
//
// The path and query of a request target (RFC 9112 3.2), and what the backend gets of them: the
// client's bytes, exactly, or where a rewrite has made another path of it, that path encoded once.
// What is neither is refused: never decoded or encoded twice, never corrected.
#pragma once

#include "core/base/failure.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace v6front
{

struct request_target {
    std::string_view raw;                  // as the client sent it: "/a%20b?x" or "http://h/a"
    std::string_view path;                 // httpd's r->uri: decoded, normalised, maybe rewritten
    std::optional<std::string_view> query; // httpd's r->args: raw or rewritten; none without "?"
    bool from_client = true;               // false: made inside httpd (ErrorDocument, SSI)
};

// The raw path and query of an origin-form or absolute-form target ("http://h" gives "/", and
// "http://h?x" gives "?x"). Any other form is given back as it is.
std::string_view origin_form(std::string_view raw) noexcept;

// True if the raw path, decoded once, is `path`, but for doubled slashes that httpd has merged; so
// that what was matched and authorised is what is sent. An encoded slash may be a slash in `path`
// or have stayed encoded there (AllowEncodedSlashes On or NoDecode). False for dot segments,
// encoded or not, and for octets that a request line cannot carry.
bool is_faithful(std::string_view raw_path, std::string_view path) noexcept;

// "." or ".." between slashes (RFC 3986 3.3), encoded or not.
bool has_dot_segments(std::string_view raw_path) noexcept;

// Percent-encodes what RFC 3986 3.3 does not allow in a path, "%" included.
std::string encode_path(std::string_view path);

// Appends `rest`, what followed a route's path (empty, or from a slash on), to the backend's path.
void append_behind(std::string& out, std::string_view base, std::string_view rest);

// `base` (a backend_url's path) in place of `route_path`, followed by the client's own bytes.
// Refuses (reason::unfit_target) what a client could only have meant to be understood differently
// by two readers: dot segments, encoded or not; a fragment; an encoded slash where the route's path
// ends. None of this where a rewrite has made the path.
result<std::string> backend_target(const request_target& target, std::string_view route_path,
                                   std::string_view base);

// What the groups of an expression have matched in the path, by offsets; [0] is the whole.
struct matched_group {
    std::size_t begin = 0;
    std::size_t end = 0;
};
// The same for a V6FrontPassMatch: `pattern` with $0 to $9 replaced by the client's bytes for what
// the groups matched.
result<std::string> expanded_target(const request_target& target, std::string_view pattern,
                                    std::span<const matched_group> groups);
// The highest number among $0 to $9 in such a pattern; 0 where none is.
int highest_group(std::string_view pattern) noexcept;

} // namespace v6front
