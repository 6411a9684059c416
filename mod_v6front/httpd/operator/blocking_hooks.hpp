// SPDX-License-Identifier: Apache-2.0
//
// What other modules are told to do before a handler runs, and would make an engine wait:
// authentication that asks another server, a RewriteMap that asks a program. Only what the
// configuration shows can be found (core/findings/blocking_directive), so this warns and forbids
// nothing. Those that read a request's body are kept off the engines.
#pragma once

#include "core/findings/finding.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

// One for each such directive in reach of an engine: not in a virtual host that has "V6FrontEngine
// Off", nor below a server that has.
void find_blocking_hooks(const server_rec* main_server, findings& out);

// In post_config. True if one of them, in reach of an engine, reads bodies before a handler runs.
bool hooks_read_bodies(const server_rec* main_server);

} // namespace v6front
