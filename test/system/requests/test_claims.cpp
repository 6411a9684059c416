// SPDX-License-Identifier: Apache-2.0
//
// What a client claims of itself, in every spelling that a site takes for it.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

TEST_CASE("A claim goes however it is spelt, and whatever httpd made of the request",
          "[operator_fields]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(
        options_for(w, "V6FrontPass / " + site.url() + "\nErrorDocument 417 /refused\n"));
    std::vector<std::pair<std::string, std::string>> sent{{"X-Forwarded-For", "192.0.2.1"},
                                                          {"Forwarded", "for=192.0.2.1"},
                                                          {"Proxy", "http://evil.test/"},
                                                          {"X_Forwarded_For", "192.0.2.1"},
                                                          {"x.forwarded.proto", "gopher"},
                                                          {"X_Forwarded-Host", "evil.test"},
                                                          {"X_Pseudo_IPv4", "192.0.2.1"},
                                                          {"X~Connecting~IPv6", "2001:db8::1"},
                                                          {"X_Other", "stays"}};
    REQUIRE(ask(front, {"/", "GET", sent}).status() == 200);
    // httpd refuses this one before its hooks, and asks for its page by itself.
    sent.emplace_back("Expect", "nothing");
    CHECK(ask(front, {"/", "GET", sent}).status() == 417);
    // Such a page is none of an engine's (V6F0104).
    REQUIRE(site.wait_for_hits(w.adopted() ? 1 : 2));
    for (std::size_t i = 0; i < (w.adopted() ? 1U : 2U); ++i) {
        const http_message seen = site.request(i).message;
        INFO(seen.head);
        CHECK(seen.value("X_Other") == "stays");
        CHECK(seen.head.find("192.0.2.1") == std::string::npos);
        CHECK(seen.head.find("evil.test") == std::string::npos);
        CHECK(seen.head.find("gopher") == std::string::npos);
        CHECK(seen.head.find("2001:db8") == std::string::npos);
    }
}
