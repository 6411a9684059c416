// SPDX-License-Identifier: Apache-2.0
//
// Tunnels for clients that speak HTTP/2.
#include "catch.hpp"
#include "h2_client.hpp"
#include "tunnel_site.hpp"
#include "ways.hpp"

#include <atomic>
#include <thread>

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

httpd_options tunnels_by_http2(const std::string& site)
{
    const bool tls = GENERATE(true, false);
    UNSCOPED_INFO((tls ? "TLS" : "by prior knowledge"));
    way w = every_way()[0];
    w.tls = tls;
    w.http2 = true;
    return options_for(w, "H2WebSockets On\n" + site);
}

// As the site of such a tunnel.
std::string accepted(const site_connection& peer)
{
    return switching("websocket", "Sec-WebSocket-Accept: " +
                                      websocket_accept(peer.field("Sec-WebSocket-Key")) + "\r\n");
}

} // namespace

TEST_CASE("WebSocket from an HTTP/2 client (RFC 8441) reaches the site as an Upgrade", "[upgrade]")
{
    tunnel_site site([](site_connection& peer) {
        if (peer.head().starts_with("GET /refuses")) {
            peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
            return;
        }
        const std::string form = peer.field("Connection") + peer.field("Upgrade") +
                                 peer.field("Transfer-Encoding") + peer.field("Content-Length");
        peer.send(accepted(peer) + form + ";");
        if (peer.head().starts_with("GET /site-ends"))
            return;
        echo(peer);
    });
    const httpd_server front(tunnels_by_http2("V6FrontPass / " + site.url()));
    h2_client client(front.port(), client_for(front));
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

TEST_CASE("A tunnel of an HTTP/2 stream ends in one direction first", "[upgrade]")
{
    std::string heard;
    tunnel_site site([&](site_connection& peer) {
        peer.send(accepted(peer));
        if (peer.head().starts_with("GET /site-ends")) {
            peer.send("good-bye");
            peer.end_sending();
        }
        heard = peer.read(1000000);
        peer.send("last words");
    });
    const httpd_server front(tunnels_by_http2("V6FrontPass / " + site.url()));
    h2_client client(front.port(), client_for(front));
    {
        INFO("the client");
        REQUIRE(connect_websocket(client, 1, "/client-ends") == 200);
        client.data(1, "all of it", true);
        CHECK(client.read(1).body == "last words");
        CHECK(heard == "all of it");
    }
    CHECK(site.wait_for_open_connections(0));
    {
        INFO("the site");
        REQUIRE(connect_websocket(client, 3, "/site-ends") == 200);
        const auto& got = client.read(3);
        CHECK(got.body == "good-bye");
        CHECK(got.ended);
        CHECK(site.wait_for_open_connections(0));
        CHECK(client.read_reset(3).reset); // it may not believe that it is still listened to
    }
}

TEST_CASE("A tunnel of an HTTP/2 stream that is idle ends, and the others go on", "[upgrade]")
{
    tunnel_site site([](site_connection& peer) {
        peer.send(accepted(peer));
        echo(peer);
    });
    const httpd_server front(tunnels_by_http2("V6FrontPass /short " + site.url() +
                                              " idle=1s\nV6FrontPass / " + site.url()));
    h2_client client(front.port(), client_for(front));
    for (const auto& [stream, path] : {std::pair(1U, "/long"), std::pair(3U, "/short")})
        CHECK(connect_websocket(client, stream, path) == 200);
    const auto& over = client.read(3);
    CHECK((over.ended || over.reset));
    CHECK(site.wait_for_open_connections(1));
    client.data(1, "still here", false);
    CHECK(client.read(1, 10).body == "still here");
}

TEST_CASE("A tunnel of an HTTP/2 stream holds back who is faster, in both directions", "[upgrade]")
{
    constexpr std::size_t much = 24 * 1024 * 1024;
    const std::string piece = pattern(1 << 20);
    std::atomic<std::size_t> sent = 0;
    std::atomic<std::size_t> heard = 0;
    std::atomic<bool> listens = false;
    tunnel_site site([&](site_connection& peer) {
        peer.send(accepted(peer));
        std::jthread writer([&] {
            while (sent < much && peer.send(piece))
                sent += piece.size();
        });
        await("the test to let it listen", [&] { return listens.load(); });
        for (std::string more = peer.read_some(); !more.empty(); more = peer.read_some())
            heard += more.size();
        writer.join();
        peer.end_sending(); // not before: this client says nothing to who has ended
    });
    const httpd_server front(tunnels_by_http2("V6FrontPass / " + site.url()));
    h2_client client(front.port(), client_for(front));
    REQUIRE(connect_websocket(client, 1, "/") == 200);
    client.takes_no_more(true);
    // Nobody reads: the site is held back by the client's window, the client by the front's.
    std::size_t up = 0;
    const auto goes_on = [&] {
        const std::size_t before = up;
        up += client.body_that_fits(1, piece);
        return up > before;
    };
    while (up < much && eventually(goes_on, std::chrono::milliseconds{500})) {
    }
    CHECK(up < much);
    CHECK(sent < much);
    // Now both read.
    listens = true;
    client.takes_no_more(false);
    while (up < much) {
        REQUIRE(client.body(1, piece));
        up += piece.size();
    }
    client.data(1, {}, true);
    const auto& got = client.read(1);
    CHECK(got.ended);
    CHECK(got.body.size() == much);
    CHECK(got.body.compare(much - piece.size(), piece.size(), piece) == 0);
    CHECK(site.wait_for_open_connections(0));
    CHECK(heard == up);
}
