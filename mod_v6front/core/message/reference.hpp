// SPDX-License-Identifier: Apache-2.0
//
// A URI reference (RFC 3986 4.2) to something on a web server, taken apart, and whether it names
// the server that a client asked. Views only; refuses what is neither http(s) nor an absolute path.
#pragma once

#include <optional>
#include <string_view>

namespace v6front
{

// Where an exchange's client is: scheme and authority that it knows this front by.
struct front_origin {
    std::string_view scheme;    // "http" or "https"
    std::string_view authority; // Host as the client sent it
};

// Without an authority it is an absolute path.
struct reference {
    std::string_view scheme; // empty in "//host/path" and "/path"
    std::optional<std::string_view> authority;
    std::string_view path; // at least "/"
    std::string_view rest; // query and fragment with their marks
};
std::optional<reference> split_reference(std::string_view url) noexcept;

struct host_port {
    std::string_view host; // an IPv6 literal with its brackets
    std::string_view port; // empty if there is none
};
host_port split_authority(std::string_view authority) noexcept;

// True if the reference's authority is the origin's, whatever its scheme; the default port of
// either scheme is as good as none, since a site behind a front cannot know whether its client
// speaks TLS.
bool names_authority(const reference& r, const front_origin& origin) noexcept;

} // namespace v6front
