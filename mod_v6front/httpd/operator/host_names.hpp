// SPDX-License-Identifier: Apache-2.0
//
// Virtual hosts that no request reaches for their name: another one has it, or no client can send
// it.
#pragma once

#include "core/findings/finding.hpp"
#include "httpd/base/apache.hpp"

#include <set>
#include <string>

namespace v6front
{

// Those of the whole configuration without a ServerName of their own: httpd gives them this
// machine's name, or one from the DNS (vhost.c, ap_fini_vhost_config).
using nameless_hosts = std::set<const server_rec*>;
nameless_hosts find_nameless_hosts(const server_rec* main_server);

// How a virtual host has the name of another one: "ServerAlias *.test"; empty if it does not.
std::string name_shared_by(const server_rec* before, const server_rec* s);

void find_unreachable_name(const server_rec* s, const nameless_hosts& nameless, findings& out);

} // namespace v6front
