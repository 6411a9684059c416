// SPDX-License-Identifier: Apache-2.0
//
// A WebSocket client (RFC 6455) by whatever protocol the server's way is about: an Upgrade in
// HTTP/1.1, an extended CONNECT in HTTP/2 (RFC 8441, where the server has H2WebSockets On). What
// passes are bytes; who uses it writes and reads the frames.
#pragma once

#include "h2_client.hpp"
#include "tunnel_site.hpp"
#include "ways.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

class websocket_client
{
public:
    // The tunnel stands: REQUIREs it.
    explicit websocket_client(const httpd_server& server, const std::string& target = "/");

    void send(std::string_view bytes);
    std::string read(std::size_t octets); // fewer only at the end
    std::string read_to_end();
    bool was_reset() const; // HTTP/1.1 alone can tell

private:
    std::optional<raw_client> http1_;
    std::optional<h2_client> http2_;
    std::size_t taken_ = 0; // of the stream's body
};

// The site's answer, with the key that RFC 6455 wants.
std::string websocket_accepted(const site_connection& peer);

// A frame with that payload; from a client it is masked, with zeros.
enum class opcode : unsigned char { text = 1, binary = 2, close = 8, ping = 9 };
std::string websocket_frame(opcode what, std::string_view payload, bool from_client = false);

} // namespace v6front
