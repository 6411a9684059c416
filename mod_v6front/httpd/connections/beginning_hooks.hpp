// SPDX-License-Identifier: Apache-2.0
//
// Hooks of other modules that run while an engine begins a connection: pre_connection and
// process_connection. None knows a request yet, so none can be sent to a thread; the operator can
// leave accepting to the MPM.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// Both with a line in the log if they have kept the engine for too long; once for each child.
int begin_with_pre_connection(conn_rec* c, apr_socket_t* socket);
int begin_with_process_connection(conn_rec* c);

} // namespace v6front
