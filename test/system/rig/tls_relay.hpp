// SPDX-License-Identifier: Apache-2.0
//
// Gives any site of a test TLS: connections to it are decrypted and passed to that site's port, one
// for one. It tells what each of them was like, and does what servers do with TLS of their own
// accord.
#pragma once

#include "httpd_config.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace v6front
{

struct relay_options {
    certificate_files certificate;
    std::string least{}; // "1.0" to "1.3"; empty: as OpenSSL has it
    std::string most{};
    bool weak = false;                  // as old servers are: OpenSSL's security level 0
    std::string client_ca{};            // a client must show a certificate of that CA
    bool insists = true;                // or may
    bool says_end = true;               // close_notify
    bool tickets = true;                // sessions can be resumed
    std::string hangs_up{};             // "handshake": when the client has begun that
    std::chrono::milliseconds thinks{}; // before it answers the client's first message
    std::string address = "127.0.0.1";
    std::uint16_t port = 0; // any free one
};

// What was seen of one connection.
struct tls_connection {
    std::string version; // "TLSv1.3"; empty: the handshake failed
    std::string name;    // SNI
    std::string offered; // ALPN: "http/1.1"
    bool resumed = false;
    bool certified = false; // the client has shown a certificate
    bool said_end = false;  // and said close_notify at its end
};

class tls_relay
{
public:
    tls_relay(std::uint16_t to, relay_options options);
    ~tls_relay();
    tls_relay(const tls_relay&) = delete;
    tls_relay& operator=(const tls_relay&) = delete;

    std::uint16_t port() const;
    // "https://site.test:port/"
    std::string url(const std::string& name = "site.test") const;
    std::vector<tls_connection> seen() const;
    // Of all that are open now, at once. The server's own part of TLS, without octets of the site.
    enum class act { ticket, key_update, renegotiate };
    void do_now(act what);
    // Waits until the front has read that, and the handshake that it began is over.
    void await_heard() const;
    std::size_t open() const;
    void use(const certificate_files& other); // from the next handshake on

private:
    struct server;
    std::unique_ptr<server> server_;
};

} // namespace v6front
