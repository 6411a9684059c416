// SPDX-License-Identifier: Apache-2.0
//
// Virtual hosts that no request reaches for their address: nobody listens there, or not over IPv6,
// or others have it for themselves.
#pragma once

#include "core/findings/finding.hpp"
#include "httpd/base/apache.hpp"
#include "host_names.hpp"

namespace v6front
{

// No Listen on an IPv6 address at all.
void find_no_ipv6(const server_rec* main_server, findings& out);

// No Listen for it, or none over IPv6.
void find_unheard(const server_rec* s, findings& out);

// A virtual host for addresses of IPv4 alone, and none for IPv6 that has its name.
void find_ipv4_host(const server_rec* main_server, const server_rec* s,
                    const nameless_hosts& nameless, findings& out);

// A virtual host for all addresses, where another one has each address of IPv6 for itself.
void find_owned_addresses(const server_rec* main_server, const server_rec* s, findings& out);

} // namespace v6front
