// SPDX-License-Identifier: Apache-2.0
//
// Redirects of the site, mapped back to the front: what V6FrontPassReverse writes and what every
// route implies by itself.
#pragma once

#include "core/message/reference.hpp"
#include "core/rules/backend_url.hpp"

#include <optional>
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
    reverse_map(front_origin origin, bool host_preserved)
        : origin_(origin), preserved_(host_preserved)
    {
    }
    void add(const backend_url& backend, std::string_view path);

    // The URL that the client should see, or nullopt if no rule applies and it stays as it is.
    // Absolute ("http://backend/x"), scheme-relative ("//backend/x") and absolute-path ("/base/x")
    // references are mapped; hosts are compared case-insensitively, a missing port is the scheme's
    // own, paths by whole segments, the longest backend path wins, then the rule added first (so
    // add the exchange's own route first). The scheme, if there is one, is the backend's. When the
    // Host is preserved the site names itself by the client's Host, so the origin's own authority
    // means each backend as well (and an absolute "http://front/base/x" to a https client becomes
    // https). Of a backend without TLS, an https URL is only ever the front's, and only to a https
    // client: for others it is the site's redirect to TLS. Relative references without a leading
    // slash need no mapping.
    std::optional<std::string> map(std::string_view url) const;

    struct entry {
        const backend_url* backend;
        std::string_view path;
    };
    const std::vector<entry>& entries() const noexcept { return entries_; } // as they were added
    const front_origin& origin() const noexcept { return origin_; }

private:
    front_origin origin_;
    bool preserved_;
    std::vector<entry> entries_;
};

} // namespace v6front
