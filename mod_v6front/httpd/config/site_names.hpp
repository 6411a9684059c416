// SPDX-License-Identifier: Apache-2.0
//
// What a site is called where operators see it: the name of the virtual hosts that it stands
// behind, and where it is. Virtual hosts with one name (for http and https, say) have one site.
#pragma once

#include "core/rules/backend_url.hpp"
#include "httpd/base/apache.hpp"

#include <string>

namespace v6front
{

// Empty where the server has none.
inline std::string site_server(const server_rec* s)
{
    return std::string(view(s->server_hostname));
}

// "http://www.example.org", with the port where that is not the scheme's own.
inline std::string site_origin(const backend_url& url)
{
    return std::string(url.scheme()) + "://" + url.authority();
}

} // namespace v6front
