// SPDX-License-Identifier: Apache-2.0
//
// Redirects of the site, mapped back to the front: what V6FrontPassReverse writes and what every
// route implies by itself.
#pragma once

#include "core/base/recycled_memory.hpp"
#include "core/message/reference.hpp"
#include "core/rules/route.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace v6front
{

// `backend` and everything below it is known to clients as `path` on the front.
struct reverse_rule {
    backend_url backend;
    std::string path;
};

// The rules in force for one exchange. Refers to rules that outlive it; makes no copies.
class reverse_map
{
public:
    struct entry {
        const backend_url* backend;
        std::string_view path;
        bool is_other_route = false; // of set_routes()
    };

    // `site` is the one that is asked.
    reverse_map(front_origin origin, bool host_preserved, const backend_url& site)
        : origin_(origin), preserved_(host_preserved), site_(&site)
    {
    }
    void add(const backend_url& backend, std::string_view path);
    // What all V6FrontPass say, for URLs that nothing added covers.
    void set_routes(std::span<const route> all) noexcept { routes_ = all; }

    // The URL that the client should see, or nullopt if no rule applies and it stays as it is.
    // Absolute ("http://backend/x"), scheme-relative ("//backend/x") and absolute-path ("/base/x")
    // references are mapped; hosts are compared case-insensitively, a missing port is the scheme's
    // own, paths by whole segments, the longest backend path wins, then the rule added first (so
    // add the exchange's own route first). The scheme, if there is one, is the backend's.
    // * An absolute path is the site's own (RFC 3986 5.2.2), so it is mapped by the rules for the
    //   site that is asked; if none was added, by all that were.
    // * When the Host is preserved the site names itself by the client's Host, so the origin's own
    //   authority means the site as well (and an absolute "http://front/base/x" to a https client
    //   becomes https), and so does the client's host with the port that the site listens on. Of a
    //   backend without TLS, an https URL is only ever the front's, and only to a https client: for
    //   others it is the site's redirect to TLS.
    // * In both, a path that is below the front's already, where that is below the site's ("/a" for
    //   "http://site/"), is one of a site that knows where clients see it, and stays.
    // Relative references without a leading slash need no mapping.
    std::optional<std::string> map(std::string_view url) const;

    std::span<const entry> entries() const noexcept { return entries_; } // as they were added
    const front_origin& origin() const noexcept { return origin_; }
    // The one with the longest path of those for which `covers(entry)` holds.
    template <class Covers> std::optional<entry> longest(Covers&& covers) const;
    // By what the site says of itself, without a name.
    bool is_for_site(const entry& e) const noexcept;
    // The front's path for it is one of the site's own.
    static bool is_below_itself(const entry& e) noexcept;

private:
    bool names_site(const reference& r, const entry& e) const noexcept;

    front_origin origin_;
    bool preserved_;
    const backend_url* site_;
    std::vector<entry, recycling_allocator<entry>> entries_;
    std::span<const route> routes_;
};

template <class Covers>
std::optional<reverse_map::entry> reverse_map::longest(Covers&& covers) const
{
    std::optional<entry> best;
    const auto look_at = [&](const entry& e) {
        if (covers(e) && (!best || e.backend->path.size() > best->backend->path.size()))
            best = e;
    };
    for (const auto& e : entries_)
        look_at(e);
    if (best)
        return best;
    for (const auto& r : routes_)
        if (r.backend)
            look_at({&*r.backend, r.path, true});
    return best;
}

} // namespace v6front
