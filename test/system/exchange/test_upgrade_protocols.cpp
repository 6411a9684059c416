// SPDX-License-Identifier: Apache-2.0
//
// Upgrade (RFC 9110 7.8): protocols that the front knows nothing of.
#include "catch.hpp"
#include "tunnel_site.hpp"
#include "ways.hpp"

using namespace v6front;

TEST_CASE("Any other protocol makes a tunnel as well, by its own name", "[upgrade]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    tunnel_site site([](site_connection& peer) {
        peer.send(switching(peer.field("Upgrade")));
        echo(peer);
    });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    for (const std::string protocol : {"irc/6.9", "x-our-own"}) {
        raw_client client(front.port(), client_for(front));
        client.send(request_text({"/", "GET", {{"Connection", "Upgrade"}, {"Upgrade", protocol}}}) +
                    "hello");
        std::string got;
        while (got.find("\r\n\r\nhello") == got.npos) {
            const std::string more = client.read_some();
            INFO(got);
            REQUIRE(!more.empty());
            got += more;
        }
        CHECK(got.starts_with("HTTP/1.1 101 "));
        CHECK_THAT(got, ContainsSubstring("\r\nUpgrade: " + protocol + "\r\n"));
        CHECK(got.ends_with("\r\n\r\nhello"));
    }
}
