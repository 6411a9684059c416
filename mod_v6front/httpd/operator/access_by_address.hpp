// SPDX-License-Identifier: Apache-2.0
//
// What is said at the start about the addresses from which sites are connected to: those that this
// machine does not have, and sites to which all clients seem to be in their own network.
#pragma once

#include "core/findings/finding.hpp"
#include "net/names/resolver.hpp"
#include "httpd/base/apache.hpp"
#include "httpd/config/backends.hpp"

#include <map>
#include <string>

namespace v6front
{

// Of V6FrontBindV4. A warning: they may come up later.
void find_missing_sources(const server_rec* main_server, findings& out);

// The addresses of names, as far as they have been looked up.
using looked_up_names = std::map<std::string, ipv4_addresses>;

// Those of V6FrontBindV4 that are loopback addresses, for sites that are elsewhere.
void find_loopback_sources(const server_rec* main_server, const looked_up_names& known,
                           findings& out);

// One line for all, where neither V6FrontBindV4 nor V6FrontProxyProtocol has answered it.
void note_local_sites(const server_rec* main_server, const looked_up_names& known = {});

// The same of a site whose name is looked up later: it sees all clients at an address of this
// server; it is local; the line.
bool hides_clients(const configured_backend& b);
bool is_local_site(const ipv4_addresses& addresses);
void say_local(const server_rec* main_server, const std::string& rule, const std::string& place,
               std::size_t others);

} // namespace v6front
