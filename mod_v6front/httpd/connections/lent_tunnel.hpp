// SPDX-License-Identifier: Apache-2.0
//
// A tunnel that another module has made of an adopted connection (WebSocket by mod_proxy, CONNECT):
// it holds a thread, and with that an old process, for as long as its two ends like. After a
// graceful restart it ends when those of our own do (net/loop/closing_time). What passes in it is
// not ours to read, so it ends without a Close frame: the client's socket is shut down, which that
// module takes for the client's end.
//
// Made by the engine before a thread gets the request, ended when the thread has given it back.
// Only what asks for a tunnel is one: a long response of another module stays that module's.
#pragma once

#include "httpd/base/apache.hpp"
#include "net/engine/engine.hpp"

#include <string>

namespace v6front
{

class lent_tunnel
{
public:
    // The request asks for a protocol that is not HTTP, or is a CONNECT.
    static bool is_wanted(const request_rec* r);

    lent_tunnel(const request_rec* r, engine& its_engine);

private:
    void is_over();
    void shut_down();

    conn_rec* connection_;
    engine& engine_;
    const server_rec* server_;
    std::string asked_; // the request is the thread's
    bool may_be_own_;   // an exchange of ours, which ends by itself then
    deadline last_;
    closing_list::entry limit_;
};

} // namespace v6front
