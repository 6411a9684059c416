// SPDX-License-Identifier: Apache-2.0
//
// The IPv4 site of a test: a real server on 127.0.0.1, or its neighbours, that does what a script
// says, byte for byte, and remembers what it was asked. It runs on a thread of its own; a test may
// look at any time. (For our tools it may be at an IPv6 address as well.)
#pragma once

#include "http_message.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace v6front
{

struct received_request {
    unsigned connection = 0; // 1 is the first that was accepted
    http_message message;    // message.complete tells whether all of its body has come
};

// Makes the whole response, framing included.
using responder = std::function<std::string(const received_request&)>;

// One thing that the backend does on a connection. A connection that ends early ends its script.
struct step {
    enum class kind {
        read_head,
        read_body,
        read_request,
        send,
        answer,
        gate,
        read_end,
        close,
        reset,
        again
    };
    kind what;
    std::string text{}; // to be sent, or the gate's name
    responder make{};
    std::size_t times = 1; // to be sent
};

namespace script
{
step read_head();    // a request's head; its body stays unread
step read_body();    // the rest of that request
step read_request(); // a request and its body
step send(std::string bytes, std::size_t times = 1);
step answer(responder make); // to the last request that was read
step gate(std::string name); // waits until the test opens that gate
step read_end();             // says nothing until the peer closes
step close();
step reset(); // RST
step again(); // from the first step, on the same connection
} // namespace script

class scripted_backend
{
public:
    using steps = std::vector<step>;

    explicit scripted_backend(responder make, std::uint16_t port = 0,
                              const std::string& address = "127.0.0.1"); // keep-alive, one by one
    explicit scripted_backend(steps every_connection, std::uint16_t port = 0,
                              const std::string& address = "127.0.0.1");
    // The first connection follows the first script, and so on; the last serves all that follow.
    explicit scripted_backend(std::vector<steps> by_connection, std::uint16_t port = 0,
                              const std::string& address = "127.0.0.1");
    ~scripted_backend();
    scripted_backend(const scripted_backend&) = delete;
    scripted_backend& operator=(const scripted_backend&) = delete;

    std::uint16_t port() const;
    std::string url() const;            // "http://127.0.0.1:port/"
    std::string authority() const;      // "127.0.0.1:port"
    void open(const std::string& gate); // it stays open

    std::size_t hits() const;        // requests of which the whole head has come
    std::size_t connections() const; // accepted, ever
    std::size_t open_connections() const;
    std::uint64_t received_bytes() const;
    std::vector<received_request> requests() const;
    received_request request(std::size_t index) const; // waits for it

    bool wait_for_hits(std::size_t count) const;
    bool wait_for_open_connections(std::size_t count) const;

private:
    struct server;
    std::unique_ptr<server> server_;
};

// "HTTP/1.1 200 OK", these fields ("Name: value\r\n" each), Content-Length and the body.
std::string response(const std::string& body, const std::string& fields = {},
                     const std::string& status = "200 OK");
std::string chunked_response(const std::vector<std::string>& chunks,
                             const std::string& fields = {});

} // namespace v6front
