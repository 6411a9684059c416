// SPDX-License-Identifier: Apache-2.0
#include "reverse.hpp"

#include "core/base/ascii.hpp"
#include "core/base/numbers.hpp"
#include "core/rules/route.hpp"

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

} // namespace

void reverse_map::add(const backend_url& backend, std::string_view path)
{
    entries_.push_back({&backend, path});
}

std::optional<std::string> reverse_map::map(std::string_view url) const
{
    const auto ref = split_reference(url);
    if (!ref)
        return std::nullopt;
    const bool names_front = preserved_ && names_authority(*ref, origin_);
    const entry* best = nullptr;
    for (const entry& e : entries_) {
        const bool own = names_front && !wants_tls(*ref, origin_, *e.backend);
        if ((!ref->authority || own || names_backend(*ref, *e.backend)) &&
            is_below(ref->path, e.backend->path) &&
            (!best || e.backend->path.size() > best->backend->path.size()))
            best = &e;
    }
    if (!best)
        return std::nullopt;
    std::string out;
    if (ref->authority && !origin_.authority.empty()) {
        if (!ref->scheme.empty())
            out.append(origin_.scheme).append(":");
        out.append("//").append(origin_.authority);
    }
    append_moved(out, ref->path, best->backend->path, best->path);
    out += ref->rest;
    return out;
}

} // namespace v6front
