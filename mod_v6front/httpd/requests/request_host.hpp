// SPDX-License-Identifier: Apache-2.0
//
// Who runs a request's hooks and handlers, where that is an engine: it can take the request over
// when a handler has left it (SUSPENDED), and must not be blocked. A request on
// a connection that no engine has finds none. Implemented by an adopted connection, for its
// requests one after the other.
//
// Found from the request: noted when httpd creates it, subrequests and internal redirects included.
#pragma once

#include "net/loop/deadline.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

class request_host
{
public:
    // nullptr: no engine has the connection. With one, the request may be on an offload thread.
    static request_host* of(const request_rec* r);

    virtual ~request_host() = default;
    // The engine itself runs the request's hooks at this moment: nothing may block.
    virtual bool is_on_engine() const = 0;
    // The hooks before the handler run now, on the engine or for it on a thread, and httpd returns
    // to the host when the handler gives SUSPENDED.
    virtual bool may_suspend() const = 0;
    // For the handler hooks: what happens once httpd has returned. The hook then gives SUSPENDED.
    enum class next_step { none, exchange, other_handler };
    virtual void then(next_step step, const request_rec* r) noexcept = 0;
    // Whether the connection was to be kept, before the request was processed.
    virtual ap_conn_keepalive_e keepalive_before() const = 0;
    // All loggers have seen it; httpd counts it next.
    virtual void logged(const request_rec* r) noexcept = 0;
    // On a thread, how long core's filter, below all others, had the client's connection.
    virtual deadline::clock::duration time_of_client() const = 0;
};

} // namespace v6front
