// SPDX-License-Identifier: Apache-2.0
//
// Upgrade (RFC 9110 7.8): what does not become a tunnel.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

TEST_CASE("What does not become a tunnel is an ordinary request and response", "[upgrade]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site([](const received_request& r) {
        const std::string seen =
            r.message.value("Connection") + "|" + r.message.value("Upgrade") + "|";
        if (r.message.target() == "/refuses") {
            return response(seen, "Upgrade: websocket\r\nConnection: Upgrade\r\n",
                            "426 Upgrade Required");
        }
        if (r.message.target().starts_with("/101")) {
            const std::string named = r.message.target().substr(4);
            return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n" +
                   (named.empty() ? "" : "Upgrade: " + named + "\r\n") + "\r\n";
        }
        return response(seen);
    });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    struct row {
        const char* name;
        std::string target, fields;
        int status;
        std::string seen;
    };
    const std::string asks = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    const std::vector<row> rows{
        {"ignored by the site", "/", asks, 200, "Upgrade|websocket|"},
        {"refused by the site", "/refuses", asks, 426, "Upgrade|websocket|"},
        {"not nominated", "/", "Upgrade: websocket\r\n", 200, "keep-alive||"},
        {"nominated, not there", "/", "Connection: upgrade\r\n", 200, "keep-alive||"},
        {"only other words nominated", "/", "Connection: keep-alive\r\nUpgrade: websocket\r\n", 200,
         "keep-alive||"},
        {"HTTP/2", "/", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n", 200,
         "keep-alive||"},
        {"HTTP/2 among others", "/", "Connection: Upgrade\r\nUpgrade: foo/2, H2C\r\n", 200, "*"},
        {"TLS", "/", "Connection: Upgrade\r\nUpgrade: TLS/1.3, HTTP/1.1\r\n", 200, "keep-alive||"},
        {"several", "/", "Connection: x, UPGRADE\r\nUpgrade: a\r\nUpgrade: b/1\r\n", 200,
         "Upgrade|a, b/1|"},
        {"a protocol that is none", "/", "Connection: Upgrade\r\nUpgrade: a b, c/d/e, /f\r\n", 200,
         "keep-alive||"},
        {"101, unasked", "/101websocket", "", 502, "*"},
        {"101, to a bare Upgrade", "/101websocket", "Upgrade: websocket\r\n", 502, "*"},
        {"101, to another protocol", "/101irc", asks, 502, "*"},
        {"101, to one more protocol", "/101websocket,irc", asks, 502, "*"},
        {"101, to none", "/101", asks, 502, "*"},
        {"101, to h2c", "/101h2c", "Connection: Upgrade\r\nUpgrade: h2c\r\n", 502, "*"},
    };
    raw_client client(front.port(), client_for(front));
    for (const row& r : rows) {
        INFO(r.name);
        client.send("GET " + r.target + " HTTP/1.1\r\nHost: site.test\r\n" + r.fields + "\r\n");
        const http_message answer = client.read_response();
        CHECK(answer.status() == r.status);
        CHECK(answer.complete);
        if (r.seen != "*")
            CHECK(answer.body == r.seen);
        for (const auto& interim : answer.interim)
            CHECK(interim.status() != 101);
    }
    client.send(request_text({"/"}));
    CHECK(client.read_response().body == "keep-alive||");
    raw_client old(front.port(), client_for(front));
    old.send("GET / HTTP/1.0\r\nHost: site.test\r\n" + asks + "\r\n");
    CHECK(old.read_response().body == "keep-alive||");
}
