// SPDX-License-Identifier: Apache-2.0
//
// What will not work, or not well, with this configuration: found at each start, and by a test of
// the configuration (apachectl configtest), in which httpd does not call post_config.
#pragma once

#include "core/findings/finding.hpp"
#include "httpd/base/apache.hpp"
#include "access_by_address.hpp"

namespace v6front
{

// All that can be seen without waiting, and with the names that have been looked up.
findings find_in_settings(const server_rec* main_server, const looked_up_names& known = {});

// The MPM lets a connection be suspended: there are engines.
bool has_engines();
// Any virtual host has routes.
bool any_routes(const server_rec* main_server);

} // namespace v6front
