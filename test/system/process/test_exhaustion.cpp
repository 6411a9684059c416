// SPDX-License-Identifier: Apache-2.0
//
// A server that has run out of something.
#include "catch.hpp"
#include "descriptor_limit.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

// Not for a module built with sanitizers: without a descriptor for a pipe, the one for undefined
// behaviour cannot look at memory, and takes any object for a broken one.
TEST_CASE("Without descriptors a request gets 503 and a line that says so, and the next is served",
          "[descriptors]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    // Each response ends its connection, so each request wants a new one.
    scripted_backend site(
        [](const received_request&) { return response("ok", "Connection: close\r\n"); });
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    options.threads = w.model == mpm::prefork ? 1 : options.threads;
    httpd_server front(options);
    raw_client client(front.port(), client_for(front));
    const auto ask_again = [&] {
        client.send(request_text({"/"}));
        return client.read_response();
    };
    CHECK(ask_again().status() == 200); // what is made at first need is there
    CHECK(site.wait_for_open_connections(0));
    REQUIRE(front.children().size() == 1);
    const pid_t child = front.children()[0];
    const std::size_t hits = site.hits();
    limit_descriptors(child, 1);
    const http_message refused = ask_again();
    CHECK(refused.status() == 503);
    CHECK(refused.value("Retry-After") == "1");
    limit_descriptors(child, 1024);
    CHECK(get(front, "/").status() == 200);
    CHECK(site.hits() == hits + 1);
    CHECK(front.children() == std::vector{child});
    const auto lines = front.complaints(1);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], ContainsSubstring("V6F0102") && ContainsSubstring("out of descriptors"));
}

TEST_CASE("Where the logs' disk is full, requests are answered as ever")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    const httpd_server front(options_for(
        w, "ErrorLog /dev/full\nCustomLog /dev/full test\nV6FrontPass /dead http://127.0.0.1:" +
               std::to_string(free_port()) + "/\nV6FrontPass / " + site.url()));
    for (int i = 0; i < 3; ++i) {
        CHECK(get(front, "/dead/").status() == 502);
        CHECK(get(front, "/").body == "ok");
    }
}
