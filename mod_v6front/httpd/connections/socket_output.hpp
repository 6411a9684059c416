// SPDX-License-Identifier: Apache-2.0
//
// A brigade on its way to a client's socket, by an engine. As core's output filter does it, but it
// never waits, and needs no pool for what is left.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// Writes what the socket takes now. What has gone is deleted, in order, so that a request ends (EOR
// bucket) when all before it has left. Files and the like are read into memory. EAGAIN: the rest is
// for later; any other error: the client is gone.
apr_status_t write_what_fits(conn_rec* c, apr_bucket_brigade* brigade);

} // namespace v6front
