// SPDX-License-Identifier: Apache-2.0
#include "reverse.hpp"

#include "core/base/ascii.hpp"
#include "core/base/numbers.hpp"

#include <algorithm>

namespace v6front
{
namespace
{

bool names_backend(const reference& r, const backend_url& backend) noexcept
{
    const host_port named = split_authority(*r.authority);
    const auto port = named.port.empty() ? std::optional(backend.default_port())
                                         : parse_number<std::uint16_t>(named.port);
    return port == backend.port && iequals(named.host, backend.host) &&
           (r.scheme.empty() || iequals(r.scheme, backend.scheme()));
}

// "https" to a client that came without it is a wish to change over, of a site that is asked over
// http: mapped back to http it would be a redirect to itself. A site that is asked over https names
// itself so.
bool wants_tls(const reference& r, const front_origin& origin, const backend_url& backend) noexcept
{
    return iequals(r.scheme, "https") && origin.scheme != "https" && !backend.tls;
}

// A site that is told the client's Host, and puts its own port there.
bool names_port(const reference& r, const front_origin& origin, const backend_url& backend) noexcept
{
    const host_port named = split_authority(*r.authority);
    return backend.port != backend.default_port() && !origin.authority.empty() &&
           parse_number<std::uint16_t>(named.port) == backend.port &&
           iequals(named.host, split_authority(origin.authority).host) &&
           (r.scheme.empty() || iequals(r.scheme, backend.scheme()));
}

bool is_same_site(const backend_url& a, const backend_url& b) noexcept
{
    return a.tls == b.tls && a.port == b.port && a.host == b.host;
}

} // namespace

void reverse_map::add(const backend_url& backend, std::string_view path)
{
    entries_.push_back({&backend, path});
}

bool reverse_map::is_for_site(const entry& e) const noexcept
{
    const auto is_sites = [this](const entry& any) { return is_same_site(*any.backend, *site_); };
    return is_sites(e) ||
           (!e.is_other_route && std::none_of(entries_.begin(), entries_.end(), is_sites));
}

bool reverse_map::is_below_itself(const entry& e) noexcept
{
    return e.path.size() > e.backend->path.size() && is_below(e.path, e.backend->path);
}

bool reverse_map::names_site(const reference& r, const entry& e) const noexcept
{
    if (!is_for_site(e))
        return false;
    return !r.authority ||
           (preserved_ && ((names_authority(r, origin_) && !wants_tls(r, origin_, *e.backend)) ||
                           names_port(r, origin_, *e.backend)));
}

std::optional<std::string> reverse_map::map(std::string_view url) const
{
    const auto ref = split_reference(url);
    if (!ref)
        return std::nullopt;
    const auto best = longest([&](const entry& e) {
        return is_below(ref->path, e.backend->path) &&
               (names_site(*ref, e) || (ref->authority && names_backend(*ref, *e.backend)));
    });
    if (!best)
        return std::nullopt;
    const bool stays =
        is_below_itself(*best) && is_below(ref->path, best->path) && names_site(*ref, *best);
    std::string out;
    if (ref->authority && !origin_.authority.empty()) {
        if (!ref->scheme.empty())
            out.append(origin_.scheme).append(":");
        out.append("//").append(origin_.authority);
    }
    if (stays)
        out += ref->path;
    else
        append_moved(out, ref->path, best->backend->path, best->path);
    out += ref->rest;
    return out;
}

} // namespace v6front
