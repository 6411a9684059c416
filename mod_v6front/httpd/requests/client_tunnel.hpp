// SPDX-License-Identifier: Apache-2.0
//
// The client's side of a tunnel: bytes through httpd's network filters (TLS, HTTP/2 streams), never
// blocking. Made when a 101 goes down; the request's own filters, which know HTTP, are out of the
// way from then on. Part of a request_client.
#pragma once

#include "core/message/response_head.hpp"
#include "net/exchange/upgraded_client.hpp"
#include "httpd/base/apache.hpp"
#include "client_waits.hpp"

namespace v6front
{

class client_tunnel final : public upgraded_client
{
public:
    // False for a subrequest or an internal redirect, which has no connection to give away, and for
    // HTTP/2, but where mod_http2 has made an Upgrade of an extended CONNECT (RFC 8441) and will
    // make a 200 of the 101.
    static bool is_possible(const request_rec* r);

    // Sends the 101, which holds what the backend said but for hop-by-hop fields.
    client_tunnel(request_rec* r, const response_head& head, client_waits& waits);
    ~client_tunnel() override;
    client_tunnel(const client_tunnel&) = delete;

    task<result<std::string_view>> receive() override;
    task<result<void>> send(std::string_view bytes) override;
    task<bool> end_sending() override;

private:
    void send_head(const response_head& head);
    std::string_view next_piece();
    task<result<void>> taken();

    request_rec* request_;
    conn_rec* connection_;
    client_waits& waits_;
    apr_bucket_brigade* in_;
    apr_bucket_brigade* out_;
    ap_filter_t* no_flush_ = nullptr;
    bool request_ends_first_; // mod_http2 says where the request ends, and again where the stream
                              // does
    bool ended_ = false;      // the client's direction
};

// Registers its filter with httpd, in register_hooks.
void register_tunnel_filter();

} // namespace v6front
