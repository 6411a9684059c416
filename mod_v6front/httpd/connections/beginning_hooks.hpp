// SPDX-License-Identifier: Apache-2.0
//
// Hooks of other modules that run while an engine begins a connection: pre_connection and
// process_connection. None knows a request yet, so none can be sent to a thread; the operator can
// leave accepting to the MPM.
#pragma once

#include "httpd/base/apache.hpp"
#include "httpd/base/kept_time.hpp"

namespace v6front
{

// A line in the log if they have kept the engine for too long; once for each child.
void tell_of_wait(const conn_rec* c, const kept_time& kept);

} // namespace v6front
