// SPDX-License-Identifier: Apache-2.0
//
// Virtual hosts that no request reaches for their name: another one has it, or no client can send
// it.
#pragma once

#include "core/findings/finding.hpp"
#include "httpd/base/apache.hpp"

#include <set>

namespace v6front
{

// Virtual hosts without a ServerName of their own: httpd gives them the main server's, which is
// this machine's name if nobody has written one, or a name from the DNS (vhost.c,
// ap_fini_vhost_config).
using nameless_hosts = std::set<const server_rec*>;
nameless_hosts find_nameless_hosts(const server_rec* main_server);
// Whether the main server has a ServerName, and this host has it from there.
bool has_written_main_name(const server_rec* main_server, const server_rec* s);

bool has_aliases(const server_rec* s);
// Whether there is a name that is for both.
bool share_name(const server_rec* one, const server_rec* other);

void find_unreachable_name(const server_rec* s, const nameless_hosts& nameless, findings& out);

} // namespace v6front
