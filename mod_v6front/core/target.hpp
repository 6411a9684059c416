// SPDX-License-Identifier: Apache-2.0
//
// The request target (RFC 9112 3.2.1) that the backend gets: the client's bytes where that is safe,
// else the path that httpd has decoded and checked, encoded once. Never decoded or encoded twice.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

struct request_target {
    std::string_view raw;                  // as the client sent it: "/a%20b?x" or "http://h/a"
    std::string_view path;                 // httpd's r->uri: decoded, normalised, maybe rewritten
    std::optional<std::string_view> query; // httpd's r->args: raw or rewritten; none without "?"
};

// The raw path and query of an origin-form or absolute-form target ("http://h" gives "/", and
// "http://h?x" gives "?x"). Any other form is given back as it is.
std::string_view origin_form(std::string_view raw) noexcept;

// True if the raw path, decoded once, is `path`, but for doubled slashes that httpd has merged; so
// that what was matched and authorised is what is sent. An encoded slash may be a slash in `path`
// or have stayed encoded there (AllowEncodedSlashes On or NoDecode). False for dot segments,
// encoded or not, and for octets that a request line cannot carry.
bool is_faithful(std::string_view raw_path, std::string_view path) noexcept;

// Percent-encodes what RFC 3986 3.3 does not allow in a path, "%" included.
std::string encode_path(std::string_view path);

// `base` (a backend_url's path) in the place of `route_path`, one slash at the seam. Uses the raw
// target's own bytes if it is faithful and itself begins with route_path, else encode_path(path).
std::string backend_target(const request_target& target, std::string_view route_path,
                           std::string_view base);

// The target for a decoded path that V6FrontPassMatch has expanded already. Here as above, octets
// that would end the target or the line (a rewrite may have put them into the query) are encoded.
std::string encoded_target(std::string_view path, std::optional<std::string_view> query);

} // namespace v6front
