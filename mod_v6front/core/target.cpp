// SPDX-License-Identifier: Apache-2.0
#include "target.hpp"

#include "ascii.hpp"
#include "route.hpp"

namespace v6front
{
namespace
{

void append_encoded(std::string& out, char c)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    const auto octet = static_cast<unsigned char>(c);
    out += '%';
    out += digits[octet >> 4U];
    out += digits[octet & 0x0fU];
}

// What would end the target, or the whole request line, for some reader.
bool ends_target(char c) noexcept
{
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '#';
}

// A rewrite can put a decoded path into the query; a space or line end in it would let a client
// write a request of its own behind ours. All else stays as it is.
void append_query(std::string& out, std::optional<std::string_view> query)
{
    if (!query) {
        return;
    }
    out += '?';
    for (const char c : *query) {
        if (ends_target(c)) {
            append_encoded(out, c);
        } else {
            out += c;
        }
    }
}

// One octet of a raw path, decoded.
struct octet {
    char value;
    std::size_t length; // of its raw form; 0 if that is malformed or not fit to be sent
};

octet decode_front(std::string_view raw) noexcept
{
    if (raw[0] != '%') {
        return {raw[0], ends_target(raw[0]) || raw[0] == '?' ? 0U : 1U};
    }
    const int high = raw.size() > 2 ? hex_value(raw[1]) : -1;
    const int low = raw.size() > 2 ? hex_value(raw[2]) : -1;
    if (high < 0 || low < 0 || (high == 0 && low == 0)) {
        return {'\0', 0};
    }
    return {static_cast<char>(high * 16 + low), 3};
}

// Notices "." and ".." between slashes (RFC 3986 3.3), fed with one decoded octet after the other.
class dot_segments
{
public:
    // True if the octet ends a segment that was one.
    bool ended_by(char c) noexcept
    {
        if (c == '/') {
            const bool found = dots_ == 1 || dots_ == 2;
            dots_ = 0;
            return found;
        }
        dots_ = c == '.' && dots_ < 3 ? dots_ + 1 : 3;
        return false;
    }

private:
    int dots_ = 3; // so far in this segment; 3 if it cannot be one any more
};

} // namespace

std::string_view origin_form(std::string_view raw) noexcept
{
    if (raw.starts_with('/')) {
        return raw;
    }
    const std::size_t colon = raw.find("://");
    if (colon == std::string_view::npos || raw.find_first_of("/?#") < colon) {
        return raw;
    }
    const std::size_t path = raw.find_first_of("/?", colon + 3);
    return path == std::string_view::npos ? "/" : raw.substr(path);
}

bool is_faithful(std::string_view raw_path, std::string_view path) noexcept
{
    dot_segments dots;
    char last = '\0';
    while (!raw_path.empty()) {
        const octet next = decode_front(raw_path);
        if (next.length == 0 || dots.ended_by(next.value)) {
            return false;
        }
        if (next.value == '/' && next.length == 3 && path.starts_with('%') &&
            path.substr(0, 3) == raw_path.substr(0, 3)) {
            path.remove_prefix(3); // AllowEncodedSlashes NoDecode has left it as it came
            last = '\0';
        } else if (!path.empty() && path.front() == next.value) {
            path.remove_prefix(1);
            last = next.value;
        } else if (next.value != '/' || last != '/') {
            return false;
        }
        raw_path.remove_prefix(next.length);
    }
    return path.empty() && !dots.ended_by('/');
}

std::string encode_path(std::string_view path)
{
    std::string out;
    out.reserve(path.size() + 16);
    for (const char c : path) {
        if (c == '/' || is_path_char(c)) {
            out += c;
        } else {
            append_encoded(out, c);
        }
    }
    return out;
}

std::string backend_target(const request_target& target, std::string_view route_path,
                           std::string_view base)
{
    const std::string_view raw = origin_form(target.raw);
    const std::string_view raw_path = raw.substr(0, raw.find('?'));
    std::string out;
    out.reserve(base.size() + raw.size() + 1);
    if (is_below(raw_path, route_path) && is_faithful(raw_path, target.path)) {
        append_moved(out, raw_path, route_path, base);
    } else if (is_below(target.path, route_path)) {
        append_moved(out, encode_path(target.path), encode_path(route_path), base);
    } else {
        append_moved(out, encode_path(target.path), "/", base);
    }
    append_query(out, target.query);
    return out;
}

std::string encoded_target(std::string_view path, std::optional<std::string_view> query)
{
    std::string out = path.starts_with('/') ? "" : "/";
    out += encode_path(path);
    append_query(out, query);
    return out;
}

} // namespace v6front
