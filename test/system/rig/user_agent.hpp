// SPDX-License-Identifier: Apache-2.0
//
// A client that keeps to the rules: a connection in the protocol of the server's way (HTTP/1.1 or
// HTTP/2, with TLS or not), and one request after the other on it, on a new one when the server
// ends it. For what no user agent says there are raw_client and h2_client.
#pragma once

#include "h2_client.hpp"
#include "ways.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

class user_agent
{
public:
    using fields = h2_client::fields;

    explicit user_agent(const httpd_server& server, client_options options = {});

    void send(const question& q);
    // Its head alone; the body follows, of that length or (chunked, in HTTP/1.1) of an unknown one.
    void begin(const question& q, std::optional<std::uint64_t> length);
    // False if the response, or the connection, ended before the server took it all.
    bool send_body(std::string_view piece);
    // What is taken without waiting for the server.
    std::size_t send_body_that_fits(std::string_view piece);
    void end_body(const fields& trailers = {});

    // To its end. One that is cut comes back truncated(), one that never came has the status 0.
    http_message read_response();
    // What is there of it once the final head is, so much of the body, or one more interim
    // response.
    const http_message& read_head();
    const http_message& read_body(std::size_t octets);
    const http_message& read_interim();
    void forget_body();
    // The server has said that it reads no more of the body: the stream, or the connection, ended.
    bool is_told_to_stop();

    void cancel(); // the request: RST_STREAM, or RST where the connection is all there is
    void leave();  // the connection

private:
    void connect();
    bool read_more();
    void begin_http1(const question& q, std::optional<std::uint64_t> length);
    void begin_http2(const question& q, std::optional<std::uint64_t> length, bool no_body);

    const httpd_server& server_;
    client_options options_;
    std::optional<raw_client> http1_;
    std::optional<message_reader> reader_;
    std::string left_over_; // of HTTP/1.1: read, but not part of the last response
    bool chunked_ = false;
    std::optional<h2_client> http2_;
    std::uint32_t stream_ = 0;
};

// The status of the answer.
inline int ask_with(user_agent& client, const question& q = {})
{
    client.send(q);
    return client.read_response().status();
}

} // namespace v6front
