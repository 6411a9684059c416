// SPDX-License-Identifier: Apache-2.0
//
// How long a client may take for a request's head: as mod_reqtimeout and Timeout say, for all
// virtual hosts of the address.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

#include <thread>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

std::string hello(const received_request&)
{
    return response("hello");
}

// What a client gets that sends the beginning of a head, and then an octet now and then.
http_message dribble(const httpd_server& front, int octets, std::chrono::milliseconds between)
{
    raw_client client(front.port(), client_for(front));
    client.send("GET / HTTP/1.1\r\nHost: site.test\r\nX: ");
    for (int i = 0; i < octets && !client.has_input(); ++i) {
        std::this_thread::sleep_for(between);
        client.send("x");
    }
    client.send("\r\n\r\n");
    return client.read_response();
}

} // namespace

TEST_CASE("A head takes no longer than RequestReadTimeout allows")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site(hello);
    httpd_options options =
        options_for(w, "RequestReadTimeout header=1\nV6FrontPass / " + site.url());
    options.modules = {"reqtimeout"};
    httpd_server front(options);
    raw_client client(front.port(), client_for(front));
    client.send("GET / HTTP/1.1\r\nHost: site.test\r\n");
    const auto begun = std::chrono::steady_clock::now();
    CHECK(client.read_response().status() == 408);
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
}

TEST_CASE("Without a limit for heads, Timeout limits each read")
{
    const way w = GENERATE(from_range(adopted_ways()));
    const bool loaded = GENERATE(true, false);
    INFO(w << (loaded ? ", mod_reqtimeout" : ""));
    scripted_backend site(hello);
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    if (loaded) {
        options.modules = {"reqtimeout"};
        options.global = "RequestReadTimeout header=0\n";
    }
    options.global += "Timeout 2\n";
    httpd_server front(options);
    CHECK(dribble(front, 6, 500ms).status() == 200); // 3 s in all
    raw_client silent(front.port(), client_for(front));
    silent.send("GET / HTTP/1.1\r\n");
    CHECK(silent.read_response().status() == 408);
}
