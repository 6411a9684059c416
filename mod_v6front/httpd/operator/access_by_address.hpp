// SPDX-License-Identifier: Apache-2.0
//
// What is said at the start about the addresses from which sites are connected to: those that this
// machine does not have, and sites to which all clients seem to be in their own network.
#pragma once

#include "core/findings/finding.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

// Of V6FrontBindV4. A warning: they may come up later.
void find_missing_sources(const server_rec* main_server, findings& out);

// One line for all. Only of what is known without a lookup, and where neither V6FrontBindV4 nor
// V6FrontProxyProtocol has answered it.
void note_local_sites(server_rec* main_server);

} // namespace v6front
