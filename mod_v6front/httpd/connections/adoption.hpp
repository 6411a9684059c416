// SPDX-License-Identifier: Apache-2.0
//
// Which connections the engines take from the MPM. Everything else runs on borrowed threads.
#pragma once

#include "httpd/base/apache.hpp"
#include "httpd/process/services.hpp"
#include "engine_threads.hpp"
#include "handover.hpp"

namespace v6front
{

// In the process_connection hook: suspends the connection and gives OK, or DECLINED.
int adopt(conn_rec* c, services& shared, engine_threads& engines, handover_slots& slots);
// In the protocol_propose hook: an engine that shakes hands itself speaks HTTP/1.
void keep_to_http1(conn_rec* c, apr_array_header_t* proposals);
// Some virtual host at the connection's own address, whichever the client will ask for, has routes
// and an engine.
bool may_be_routed(conn_rec* c);
// In the last suspend_connection hook: the engine starts on what adopt() suspended.
void hand_over(conn_rec* c);

} // namespace v6front
