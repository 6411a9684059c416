// SPDX-License-Identifier: Apache-2.0
//
// One host and port, with TLS and without: two backends, each with a health check of its own.
#include "addresses.hpp"
#include "catch.hpp"
#include "deadline.hpp"
#include "https_site.hpp"

using namespace v6front;

TEST_CASE("A check of a port without TLS says nothing of the same port with it", "[checks]")
{
    const bool plain_first = GENERATE(true, false);
    CAPTURE(plain_first);
    https_site site([](const received_request&) { return response("ok"); });
    const auto where = "site.test:" + std::to_string(site.relay.port()) + "/";
    const std::string rules[]{"V6FrontPass /plain http://" + where + "\n",
                              "V6FrontPass /tls https://" + where + "\n"};
    const httpd_server front(
        options_for(short_list().front(), rules[plain_first ? 0 : 1] + rules[plain_first ? 1 : 0] +
                                              "V6FrontTLS ca=" + site.ca.file() +
                                              "\nV6FrontCheck interval=100ms uri=/health\n"));
    // The one that does not speak TLS fails, and the other one passes.
    REQUIRE(site.backend.wait_for_hits(3));
    CHECK(site.backend.request(2).message.target() == "/health");
    const auto address = "127.0.0.1:" + std::to_string(site.relay.port());
    CHECK(lines_about(front, "V6F0112", address, 1) == 1);
    CHECK(get(front, "/tls").status() == 200);
    const auto log = front.error_log();
    CHECK(log.find("V6F0113") == std::string::npos);
}
