// SPDX-License-Identifier: Apache-2.0
//
// Descriptors that run out under load: no child is lost, and what can be served is.
#include "accepting.hpp"
#include "catch.hpp"
#include "descriptor_limit.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

// Not for a module built with sanitizers, as in test_exhaustion.cpp.
TEST_CASE("A child whose descriptors run out goes on, and serves whoever comes as soon as it can",
          "[descriptors]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const auto who = GENERATE(accepting::engines, accepting::mpm);
    if (who == accepting::mpm && !w.adopted())
        return;
    INFO(who);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    options.threads = 40;
    options.global = "KeepAliveTimeout 30\n";
    httpd_server front(accepted_by(who, options));
    CHECK(get(front, "/").status() == 200);
    const auto children = front.children();
    REQUIRE(children.size() == 1);

    // Half of the clients are idle, and each has left an idle connection to the site.
    std::vector<raw_client> idle;
    for (int i = 0; i < 20; ++i) {
        idle.emplace_back(front.port(), client_for(front));
        idle.back().send(request_text({"/"}));
    }
    for (raw_client& client : idle)
        CHECK(client.read_response().status() == 200);
    // None is free, and one who asks now is served with what idle ones give back.
    limit_descriptors(children[0], front.descriptors() - 1);
    CHECK(get(front, "/").status() == 200);
    limit_descriptors(children[0], 1);
    raw_client waiting(front.port(), client_for(front));
    waiting.send(request_text({"/"}));
    await("the log's word of it",
          [&] { return front.error_log().find("V6F0308") != std::string::npos; });
    limit_descriptors(children[0], 1024);
    CHECK(waiting.read_response().status() == 200);
    CHECK(front.children() == children);
    CHECK(front.error_log().find("apr_socket_accept") == std::string::npos);
}

// The last that there was room for has been accepted, and nobody waits behind.
TEST_CASE("An engine without room for clients ends with a graceful stop", "[descriptors]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(adopted_ways()[0], "V6FrontPass / " + site.url());
    options.global = "V6FrontThreads 1";
    httpd_server front(accepted_by(accepting::engines, options));
    CHECK(get(front, "/").status() == 200);
    const unsigned most = 2 * front.descriptors();
    limit_descriptors(front.children().at(0), most);
    std::vector<raw_client> begun; // half of a head each
    while (front.error_log().find("V6F0308") == std::string::npos && begun.size() < most) {
        begun.emplace_back(front.port());
        begun.back().send("GET / HTTP/1.1\r\n");
        eventually([&] { return front.error_log().find("V6F0308") != std::string::npos; },
                   std::chrono::milliseconds{150});
    }
    front.graceful_stop();
    begun.clear();
    CHECK(front.wait_for_end());
}
