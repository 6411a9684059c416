// SPDX-License-Identifier: Apache-2.0
#include "target.hpp"

#include "core/base/ascii.hpp"
#include "core/rules/route.hpp"

#include <algorithm>
#include <vector>

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
// write a request of its own after ours. Everything else stays as it is.
void append_query(std::string& out, std::optional<std::string_view> query)
{
    if (!query)
        return;
    out += '?';
    for (const char c : *query) {
        if (ends_target(c))
            append_encoded(out, c);
        else
            out += c;
    }
}

// One octet of a raw path, decoded.
struct octet {
    char value;
    std::size_t length; // of its raw form; 0 if that is malformed or not fit to be sent
};

octet decode_front(std::string_view raw) noexcept
{
    if (raw[0] != '%')
        return {raw[0], ends_target(raw[0]) || raw[0] == '?' ? 0U : 1U};
    const int high = raw.size() > 2 ? hex_value(raw[1]) : -1;
    const int low = raw.size() > 2 ? hex_value(raw[2]) : -1;
    if (high < 0 || low < 0 || (high == 0 && low == 0))
        return {'\0', 0};
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

// Walks the raw and the decoded path in step. Calls note(i, offset) with the raw offset of decoded
// octet i, and once more for the end. False as is_faithful() says.
template <class Note> bool walk(std::string_view raw_path, std::string_view path, Note note)
{
    dot_segments dots;
    char last = '\0';
    std::size_t done = 0;
    std::size_t at = 0;
    while (at < raw_path.size()) {
        const octet next = decode_front(raw_path.substr(at));
        if (next.length == 0 || dots.ended_by(next.value))
            return false;
        const std::string_view left = path.substr(done);
        if (next.value == '/' && next.length == 3 && left.starts_with('%') &&
            left.substr(0, 3) == raw_path.substr(at, 3)) {
            for (std::size_t i = 0; i < 3; ++i) { // AllowEncodedSlashes NoDecode has left it
                note(done++, at + i);
            }
            last = '\0';
        } else if (!left.empty() && left.front() == next.value) {
            note(done++, at);
            last = next.value;
        } else if (next.value != '/' || last != '/') {
            return false;
        }
        at += next.length;
    }
    note(done, at);
    return done == path.size() && !dots.ended_by('/');
}

std::string_view path_of(std::string_view origin) noexcept
{
    return origin.substr(0, origin.find('?'));
}

// What a path comes down to: encoded slashes are slashes, dot segments resolved, empty ones gone.
std::string resolved(std::string_view path, bool is_raw)
{
    std::vector<std::string> segments{{}};
    const auto end_segment = [&segments] {
        const std::string& last = segments.back();
        if (last == "." || last == "..") {
            const bool up = last == ".." && segments.size() > 1;
            segments.pop_back();
            if (up)
                segments.pop_back();
            segments.emplace_back();
        } else if (!last.empty()) {
            segments.emplace_back();
        }
    };
    while (!path.empty()) {
        octet next = decode_front(path);
        if (next.length == 0 || (!is_raw && next.value != '/'))
            next = {path.front(), 1};
        if (next.value == '/')
            end_segment();
        else
            segments.back() += next.value;
        path.remove_prefix(next.length);
    }
    end_segment();
    std::string out;
    for (const std::string& segment : segments) {
        out += segment;
        out += '/';
    }
    return out;
}

// Why a path that is not faithful is refused; nothing if a rewrite made it, which is allowed.
std::optional<failure> unfaithful(const request_target& target, std::string_view origin)
{
    const std::string_view raw_path = path_of(origin);
    if (target.from_client && has_dot_segments(raw_path) &&
        resolved(raw_path, true) == resolved(target.path, false))
        return unfit(reason::unfit_target, "dot segments", target.raw);
    return std::nullopt;
}

bool has_fragment(const request_target& target) noexcept
{
    return target.from_client && target.raw.find('#') != std::string_view::npos;
}

} // namespace

std::string_view origin_form(std::string_view raw) noexcept
{
    if (raw.starts_with('/'))
        return raw;
    const std::size_t colon = raw.find("://");
    if (colon == std::string_view::npos || raw.find_first_of("/?#") < colon)
        return raw;
    const std::size_t path = raw.find_first_of("/?", colon + 3);
    return path == std::string_view::npos ? "/" : raw.substr(path);
}

bool is_faithful(std::string_view raw_path, std::string_view path) noexcept
{
    return walk(raw_path, path, [](std::size_t, std::size_t) {});
}

bool has_dot_segments(std::string_view raw_path) noexcept
{
    dot_segments dots;
    while (!raw_path.empty()) {
        octet next = decode_front(raw_path);
        if (next.length == 0)
            next = {raw_path.front(), 1};
        if (dots.ended_by(next.value))
            return true;
        raw_path.remove_prefix(next.length);
    }
    return dots.ended_by('/');
}

std::string encode_path(std::string_view path)
{
    std::string out;
    out.reserve(path.size() + 16);
    for (const char c : path) {
        if (c == '/' || is_path_char(c))
            out += c;
        else
            append_encoded(out, c);
    }
    return out;
}

void append_behind(std::string& out, std::string_view base, std::string_view rest)
{
    out += !rest.empty() && base.ends_with('/') ? base.substr(0, base.size() - 1) : base;
    out += rest;
}

result<std::string> backend_target(const request_target& target, std::string_view route_path,
                                   std::string_view base)
{
    const std::string_view origin = origin_form(target.raw);
    const std::string_view raw_path = path_of(origin);
    if (has_fragment(target))
        return unfit(reason::unfit_target, "a fragment", target.raw);
    std::string out;
    out.reserve(base.size() + origin.size() + 1);
    const std::size_t seam = route_path.size() - (route_path.ends_with('/') ? 1 : 0);
    std::size_t rest = 0;
    const auto find_seam = [&](std::size_t i, std::size_t at) { rest = i == seam ? at : rest; };
    if (is_below(target.path, route_path) && walk(raw_path, target.path, find_seam)) {
        const std::string_view own = raw_path.substr(rest);
        if (own.starts_with('%')) {
            return unfit(reason::unfit_target, "an encoded slash at the end of the route's path",
                         target.raw);
        }
        append_behind(out, base, own);
    } else if (auto why = unfaithful(target, origin)) {
        return std::move(*why);
    } else if (is_below(target.path, route_path)) {
        append_moved(out, encode_path(target.path), encode_path(route_path), base);
    } else {
        append_moved(out, encode_path(target.path), "/", base);
    }
    append_query(out, target.query);
    return out;
}

result<std::string> expanded_target(const request_target& target, std::string_view pattern,
                                    std::span<const matched_group> groups)
{
    const std::string_view origin = origin_form(target.raw);
    const std::string_view raw_path = path_of(origin);
    if (has_fragment(target))
        return unfit(reason::unfit_target, "a fragment", target.raw);
    std::vector<std::size_t> where(target.path.size() + 1);
    const bool faithful =
        walk(raw_path, target.path, [&](std::size_t i, std::size_t at) { where[i] = at; });
    if (!faithful) {
        if (auto why = unfaithful(target, origin))
            return std::move(*why);
    }
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '$' || i + 1 == pattern.size() || !is_digit(pattern[i + 1])) {
            out += pattern[i];
            continue;
        }
        const auto number = static_cast<std::size_t>(pattern[++i] - '0');
        const matched_group group = number < groups.size() ? groups[number] : matched_group{};
        if (faithful)
            out += raw_path.substr(where[group.begin], where[group.end] - where[group.begin]);
        else
            out += encode_path(target.path.substr(group.begin, group.end - group.begin));
    }
    append_query(out, target.query);
    return out;
}

int highest_group(std::string_view pattern) noexcept
{
    int highest = 0;
    for (std::size_t at = pattern.find('$'); at < pattern.size(); at = pattern.find('$', at + 1)) {
        if (at + 1 < pattern.size() && is_digit(pattern[at + 1]))
            highest = std::max(highest, pattern[at + 1] - '0');
    }
    return highest;
}

} // namespace v6front
