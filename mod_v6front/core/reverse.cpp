// SPDX-License-Identifier: Apache-2.0
#include "reverse.hpp"

#include "ascii.hpp"
#include "fields.hpp"
#include "route.hpp"

#include <algorithm>
#include <charconv>

namespace v6front
{
namespace
{

// A URI reference (RFC 3986 4.2) taken apart. Without an authority it is an absolute path.
struct reference {
    std::string_view scheme; // empty in "//host/path" and "/path"
    std::optional<std::string_view> authority;
    std::string_view path;
    std::string_view rest; // query and fragment with their marks
};

std::optional<reference> split(std::string_view url) noexcept
{
    reference r;
    if (!url.starts_with('/')) {
        const std::size_t colon = url.find(':');
        r.scheme = url.substr(0, colon);
        if (!iequals(r.scheme, "http") && !iequals(r.scheme, "https")) {
            return std::nullopt;
        }
        url.remove_prefix(r.scheme.size() + (colon == std::string_view::npos ? 0 : 1));
        if (!url.starts_with("//")) {
            return std::nullopt;
        }
    }
    if (url.starts_with("//")) {
        url.remove_prefix(2);
        r.authority = url.substr(0, url.find_first_of("/?#"));
        url.remove_prefix(r.authority->size());
    }
    const std::size_t end = std::min(url.find_first_of("?#"), url.size());
    r.path = end == 0 ? "/" : url.substr(0, end);
    r.rest = url.substr(end);
    return r;
}

struct host_port {
    std::string_view host;
    std::string_view port; // empty if there is none
};

host_port split_authority(std::string_view authority) noexcept
{
    const std::size_t bracket = authority.rfind(']');
    const std::size_t colon = authority.rfind(':');
    if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) {
        return {authority, {}};
    }
    return {authority.substr(0, colon), authority.substr(colon + 1)};
}

bool names_backend(const reference& r, const backend_url& backend) noexcept
{
    const host_port named = split_authority(*r.authority);
    std::uint16_t port = 80;
    if (!named.port.empty()) {
        const char* const end = named.port.data() + named.port.size();
        const auto parsed = std::from_chars(named.port.data(), end, port);
        if (parsed.ec != std::errc{} || parsed.ptr != end) {
            return false;
        }
    }
    return port == backend.port && iequals(named.host, backend.host) && !iequals(r.scheme, "https");
}

// A site behind a front cannot know whether its client speaks TLS, so the default port of either
// scheme is as good as none.
std::string_view port_beyond_default(std::string_view port) noexcept
{
    return port == "80" || port == "443" ? std::string_view{} : port;
}

bool names_origin(const reference& r, const front_origin& origin) noexcept
{
    // "https" to a client that came without it is the site's wish to change over: mapped back to
    // http it would be a redirect to itself.
    if (iequals(r.scheme, "https") && origin.scheme != "https") {
        return false;
    }
    const host_port named = split_authority(*r.authority);
    const host_port ours = split_authority(origin.authority);
    return !ours.host.empty() && iequals(named.host, ours.host) &&
           port_beyond_default(named.port) == port_beyond_default(ours.port);
}

} // namespace

void reverse_map::add(const backend_url& backend, std::string_view path)
{
    entries_.push_back({&backend, path});
}

std::optional<std::string> reverse_map::map(std::string_view url) const
{
    const auto ref = split(url);
    if (!ref) {
        return std::nullopt;
    }
    const bool any_backend = !ref->authority || (preserved_ && names_origin(*ref, origin_));
    const entry* best = nullptr;
    for (const entry& e : entries_) {
        if ((any_backend || names_backend(*ref, *e.backend)) &&
            is_below(ref->path, e.backend->path) &&
            (!best || e.backend->path.size() > best->backend->path.size())) {
            best = &e;
        }
    }
    if (!best) {
        return std::nullopt;
    }
    std::string out;
    if (ref->authority && !origin_.authority.empty()) {
        if (!ref->scheme.empty()) {
            out.append(origin_.scheme).append(":");
        }
        out.append("//").append(origin_.authority);
    }
    append_moved(out, ref->path, best->backend->path, best->path);
    out += ref->rest;
    return out;
}

} // namespace v6front
