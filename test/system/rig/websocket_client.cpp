// SPDX-License-Identifier: Apache-2.0
#include "websocket_client.hpp"

#include "catch.hpp"
#include "exact_reads.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace v6front
{

namespace
{

constexpr std::uint32_t stream = 1;

} // namespace

websocket_client::websocket_client(const httpd_server& server, const std::string& target)
{
    if (server.options().http2) {
        http2_.emplace(server.port(), client_for(server));
        REQUIRE(http2_->offers_connect());
        http2_->headers(stream,
                        {{":method", "CONNECT"},
                         {":protocol", "websocket"},
                         {":scheme", "https"},
                         {":path", target},
                         {":authority", "site.test"},
                         {"sec-websocket-version", "13"}},
                        false);
        REQUIRE(http2_->read_head(stream).status() == 200);
        return;
    }
    http1_.emplace(server.port(), client_for(server));
    http1_->send(request_text({target,
                               "GET",
                               {{"Connection", "Upgrade"},
                                {"Upgrade", "websocket"},
                                {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                {"Sec-WebSocket-Version", "13"}}}));
    read_head(*http1_, "101");
}

void websocket_client::send(std::string_view bytes)
{
    if (http2_)
        http2_->data(stream, bytes, false);
    else
        http1_->send(bytes);
}

std::string websocket_client::read(std::size_t octets)
{
    if (http2_) {
        const std::string all = http2_->read(stream, taken_ + octets).body;
        const std::string got = all.substr(taken_, octets);
        taken_ += got.size();
        return got;
    }
    std::string got;
    while (got.size() < octets) {
        const std::string more = http1_->read_some(octets - got.size());
        if (more.empty())
            break;
        got += more;
    }
    return got;
}

std::string websocket_client::read_to_end()
{
    if (!http2_)
        return http1_->read_until_close();
    const std::string all = http2_->read(stream).body;
    return all.substr(std::exchange(taken_, all.size()));
}

bool websocket_client::was_reset() const
{
    return http1_ && http1_->was_reset();
}

// RFC 6455 4.2.2.
std::string websocket_accepted(const site_connection& peer)
{
    const std::string text =
        peer.field("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[20];
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    unsigned char encoded[32];
    const int n = EVP_EncodeBlock(encoded, digest, sizeof digest);
    return switching("websocket", "Sec-WebSocket-Accept: " +
                                      std::string(reinterpret_cast<const char*>(encoded),
                                                  static_cast<std::size_t>(n)) +
                                      "\r\n");
}

std::string websocket_frame(opcode what, std::string_view payload, bool from_client)
{
    const unsigned mask = from_client ? 0x80 : 0;
    std::string text(1, static_cast<char>(0x80 | static_cast<unsigned>(what)));
    if (payload.size() < 126) {
        text += static_cast<char>(mask | payload.size());
    } else {
        text += static_cast<char>(mask | 126U);
        text += static_cast<char>(payload.size() >> 8);
        text += static_cast<char>(payload.size() & 0xff);
    }
    if (from_client)
        text.append(4, '\0');
    return text.append(payload);
}

} // namespace v6front
