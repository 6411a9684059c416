// SPDX-License-Identifier: Apache-2.0
//
// URLs by which a client names a resource of the site it believes to talk to, as the backend knows
// them: WebDAV's Destination (RFC 4918 10.3) and the tagged ones in If (10.4). The way back is
// core/edits/reverse. Pure; refuses (reason::unfit_reference) a URL that names this front but
// lies outside the route: the backend would take it for one of its own.
#pragma once

#include "core/base/failure.hpp"
#include "core/message/reference.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

struct forward_map {
    front_origin origin;        // what the client calls this front
    std::string_view path;      // the route's, there
    std::string_view base;      // the backend's, in its place
    std::string_view authority; // Host that the backend gets
    // Where no path of the route tells, but an expression (V6FrontPassMatch): the backend's path
    // for one of the front's, or nothing if that is not for this backend.
    std::function<std::optional<std::string>(std::string_view)> expanded{};
    std::string_view scheme = "http"; // the backend's
};

// The URL for the backend, or nothing if this one stays as it is: another server's, a relative one.
result<std::optional<std::string>> forward_url(std::string_view url, const forward_map& map);

// The same for each Resource-Tag of an If field; nothing if none of them changes.
result<std::optional<std::string>> forward_if(std::string_view value, const forward_map& map);

} // namespace v6front
