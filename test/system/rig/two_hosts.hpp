// SPDX-License-Identifier: Apache-2.0
//
// Two virtual hosts at one address, of which the module has a part in one alone: the other's
// requests come on connections that it has taken. Beside it the same without the module, which
// shows what httpd itself does.
#pragma once

#include "ways.hpp"

#include <ostream>

namespace v6front
{

struct server_way {
    std::string_view name;
    bool tls = false;
    bool with_module = true;
};
std::ostream& operator<<(std::ostream& out, const server_way& w);

// Plain and TLS, each with the module and without.
const std::vector<server_way>& server_ways();

// site.test, of which the module fetches all from that URL, and other.test with these directives.
httpd_options two_hosts(const server_way& w, const std::string& site_url, const std::string& other);

} // namespace v6front
