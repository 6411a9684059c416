// SPDX-License-Identifier: Apache-2.0
//
// Tunnels for clients that speak HTTP/2.
#include "catch.hpp"
#include "h2_client.hpp"
#include "tunnel_site.hpp"
#include "ways.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

using namespace v6front;

namespace
{

// RFC 6455 4.2.2.
std::string websocket_accept(const std::string& key)
{
    const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[20];
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    unsigned char encoded[32];
    const int n = EVP_EncodeBlock(encoded, digest, sizeof digest);
    return {reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(n)};
}

// Asks for a tunnel as RFC 8441 5 has it; the status of the answer.
int connect_websocket(h2_client& client, std::uint32_t stream, const std::string& path)
{
    client.headers(stream,
                   {{":method", "CONNECT"},
                    {":protocol", "websocket"},
                    {":scheme", "http"},
                    {":path", path},
                    {":authority", "site.test"},
                    {"sec-websocket-version", "13"}},
                   false);
    return client.read_head(stream).status();
}

} // namespace

TEST_CASE("WebSocket from an HTTP/2 client (RFC 8441) reaches the site as an Upgrade", "[upgrade]")
{
    tunnel_site site([](site_connection& peer) {
        if (peer.head().starts_with("GET /refuses")) {
            peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
            return;
        }
        const std::string key = peer.field("Sec-WebSocket-Key");
        const std::string form = peer.field("Connection") + peer.field("Upgrade") +
                                 peer.field("Transfer-Encoding") + peer.field("Content-Length");
        peer.send(
            switching("websocket", "Sec-WebSocket-Accept: " + websocket_accept(key) + "\r\n") +
            form + ";");
        if (peer.head().starts_with("GET /site-ends")) {
            return;
        }
        echo(peer);
    });
    httpd_options options =
        options_for(every_way()[0], "H2WebSockets On\nV6FrontPass / " + site.url());
    options.http2 = true;
    httpd_server front(options);
    h2_client client(front.port());
    REQUIRE(client.offers_connect());
    CHECK(connect_websocket(client, 1, "/echo") == 200);
    const std::string form = "Upgradewebsocket;";
    CHECK(client.read(1, form.size()).body == form);
    client.data(1, "over HTTP/2", false);
    CHECK(client.read(1, form.size() + 11).body == form + "over HTTP/2");
    // Beside it, on the same connection.
    CHECK(connect_websocket(client, 3, "/site-ends") == 200);
    CHECK(client.read(3).body == form);
    CHECK(client.read(3).ended);
    CHECK(connect_websocket(client, 5, "/refuses") == 403);
    CHECK(client.read(5).body == "no");
    client.data(1, "!", true);
    CHECK(client.read(1).body == form + "over HTTP/2!");
    CHECK(site.wait_for_open_connections(0));
}

TEST_CASE("A tunnel of an HTTP/2 stream that is idle ends, and the others go on", "[upgrade]")
{
    tunnel_site site([](site_connection& peer) {
        peer.send(switching(
            "websocket",
            "Sec-WebSocket-Accept: " + websocket_accept(peer.field("Sec-WebSocket-Key")) + "\r\n"));
        echo(peer);
    });
    httpd_options options =
        options_for(every_way()[0], "H2WebSockets On\nV6FrontPass /short " + site.url() +
                                        " idle=1s\nV6FrontPass / " + site.url());
    options.http2 = true;
    httpd_server front(options);
    h2_client client(front.port());
    for (const auto& [stream, path] : {std::pair(1U, "/long"), std::pair(3U, "/short")}) {
        CHECK(connect_websocket(client, stream, path) == 200);
    }
    const auto& over = client.read(3);
    CHECK((over.ended || over.reset));
    CHECK(site.wait_for_open_connections(1));
    client.data(1, "still here", false);
    CHECK(client.read(1, 10).body == "still here");
}
