// SPDX-License-Identifier: Apache-2.0
//
// What tells a borrowed thread, whose engine waits for the backend at the same time, that a client
// has sent something or takes more: the connection's own descriptor, or the pipe by which mod_http2
// announces input. Made at the first wait; belongs to the thread that runs the exchange, and leaves
// the descriptor as it was.
#pragma once

#include "net/engine/engine.hpp"
#include "httpd/base/apache.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

namespace v6front
{

// The connection's own, or the pipe of an HTTP/2 stream; -1: none.
int polled_descriptor(conn_rec* c);

class client_descriptor
{
public:
    client_descriptor(conn_rec* c, engine& engine);
    ~client_descriptor();
    client_descriptor(const client_descriptor&) = delete;

    task<apr_status_t> input();
    task<apr_status_t> output();

private:
    using descriptor = asio::posix::basic_stream_descriptor<executor>;
    task<apr_status_t> wait(descriptor::wait_type type);

    descriptor copy_; // another number for the same open file
    int flags_ = -1;  // of the open file, which Asio makes non-blocking
};

} // namespace v6front
