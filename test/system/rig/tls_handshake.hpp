// SPDX-License-Identifier: Apache-2.0
//
// TLS without a socket: what a client says, to be sent in whatever pieces, and what it is told.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace v6front
{

class tls_handshake
{
public:
    explicit tls_handshake(const std::vector<std::string>& alpn); // none: without the extension
    ~tls_handshake();
    tls_handshake(const tls_handshake&) = delete;
    tls_handshake& operator=(const tls_handshake&) = delete;

    std::string says(); // what is to be sent now; at first the ClientHello
    void hears(std::string_view bytes);
    bool is_done() const;
    std::string protocol() const; // that the server has chosen by ALPN; empty: none
    void write(std::string_view text);
    std::string read(); // what has come, decrypted

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace v6front
