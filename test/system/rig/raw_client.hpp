// SPDX-License-Identifier: Apache-2.0
//
// A client on IPv6 that does exactly what it is told, the rude things included. Every wait has a
// deadline, after which deadline_passed is thrown.
#pragma once

#include "deadline.hpp"
#include "http_message.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace v6front
{

struct client_options {
    bool tls = false;
    std::string alpn{};     // one protocol to propose, in TLS
    int receive_buffer = 0; // bytes; small ones make a slow reader slow at once
    std::string to{};       // an address, of either family; empty: ::1
    std::string from{};     // its own
};

class raw_client
{
public:
    explicit raw_client(std::uint16_t port, client_options options = {});
    ~raw_client();
    raw_client(raw_client&&) noexcept;
    raw_client& operator=(raw_client&&) noexcept;

    // False if the peer has closed meanwhile.
    bool send(std::string_view bytes);
    // Sends what is taken without waiting for the peer to read; how much that was.
    std::size_t send_what_fits(std::string_view bytes);

    // The next response; interim ones are in it. One that ends early comes back truncated(), one of
    // which nothing came at all has the status 0.
    http_message read_response(bool to_head = false);
    // What comes next, at most `most` bytes; empty at the end of the connection.
    std::string read_some(std::size_t most = 65536);
    std::string read_until_close();
    // True once the peer has closed, or reset; whatever it still sent is dropped.
    bool closed_by_peer(std::chrono::milliseconds limit = patience());
    // The end that was seen last was a reset, or TLS's equal of one.
    bool was_reset() const;
    // True if something is there to be read right now.
    bool has_input();

    void half_close(); // no more from us; TLS says close_notify
    // Both in one packet.
    bool send_and_half_close(std::string_view bytes);
    void reset(); // RST instead of FIN
    void close();

private:
    struct connection;
    std::unique_ptr<connection> connection_;
    std::string left_over_; // read, but not part of the last response
};

bool can_connect(std::uint16_t port); // to [::1]

} // namespace v6front
