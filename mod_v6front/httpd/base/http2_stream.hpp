// SPDX-License-Identifier: Apache-2.0
//
// Whether a connection is a stream of mod_http2, which runs each on a thread of its own with a
// connection of its own making: no socket, and filters that end in the session's queues.
#pragma once

#include "apache.hpp"

namespace v6front
{

inline bool is_http2_stream(const conn_rec* c)
{
    return c->master != nullptr;
}

// The connection that the client has made: this one, or the one of the stream's session.
inline const conn_rec* client_connection(const conn_rec* c)
{
    return is_http2_stream(c) ? c->master : c;
}

} // namespace v6front
