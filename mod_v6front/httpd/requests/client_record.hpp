// SPDX-License-Identifier: Apache-2.0
//
// What the module keeps with a client connection: which host runs its requests, and what belongs to
// it alone.
//
// Life: made in the pre_connection hook, ends with the connection's pool. The streams of HTTP/2
// have none of their own: theirs is their master's.
#pragma once

#include "net/backends/personal_connections.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

class request_host;

struct client_record {
    explicit client_record(std::shared_ptr<client_pool> idle) : connections(std::move(idle)) {}
    request_host* host = nullptr;     // where an engine has it
    personal_connections connections; // to sites
};

// pre_connection: for what comes in from clients.
void begin_record(conn_rec* c);
// pre_close_connection: its connections to sites do not wait for a client that lingers.
void end_record(conn_rec* c);

// Of the client connection that this is, or is a stream of; nullptr: it has none.
client_record* record_of(const conn_rec* c);

} // namespace v6front
