// SPDX-License-Identifier: Apache-2.0
//
// %X of the access log, for a stream of HTTP/2. mod_http2 sends the stream's end as soon as it has
// it, and then marks the stream's connection as aborted if its thread is still at work, as it is
// while it logs (h2_mplx.c, m_stream_cleanup): whether the log says "X" would be left to chance. A
// response that mod_http2 has taken to its end is logged with a copy of that connection, made in
// the request's pool, that has not been aborted.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// The response to this request has been taken by the client's connection, its end too; or will be,
// where it is a page of this server's own.
void note_taken(request_rec* r);

// Around all loggers: hooks of log_transaction, the first and the last.
void begin_logging(request_rec* r);
void end_logging(request_rec* r);

} // namespace v6front
