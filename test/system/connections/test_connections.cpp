// SPDX-License-Identifier: Apache-2.0
//
// Many requests on one connection, on either side of the front.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

std::string say_target(const received_request& r)
{
    return response("for " + r.message.target());
}

} // namespace

TEST_CASE("Two requests of one client use one connection to the site")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(say_target);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    for (const std::string target : {"/one", "/two", "/three"}) {
        client.send(request_text({target}));
        CHECK(client.read_response().body == "for " + target);
    }
    CHECK(site.hits() == 3);
    CHECK(site.connections() == 1);
}

TEST_CASE("Clients that come one after the other share the pool of their engine")
{
    scripted_backend site(say_target);
    httpd_options options = options_for(every_way()[0], "V6FrontPass / " + site.url());
    options.global = "V6FrontThreads 1";
    httpd_server front(options);
    for (int i = 0; i < 5; ++i)
        CHECK(get(front, "/").status() == 200);
    CHECK(site.connections() == 1);
}

TEST_CASE("Pipelined requests are answered in their order")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(say_target);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    std::string all;
    for (int i = 0; i < 20; ++i) {
        all += request_text({"/" + std::to_string(i),
                             i % 3 ? "GET" : "POST",
                             {},
                             i % 3 ? "" : pattern(3000),
                             i % 2 == 0});
    }
    client.send(all);
    for (int i = 0; i < 20; ++i) {
        const http_message answer = client.read_response();
        CHECK(answer.status() == 200);
        CHECK(answer.body == "for /" + std::to_string(i));
    }
}

TEST_CASE("A request that comes one byte at a time is a request")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site([](const received_request& r) { return response(r.message.body); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    for (const bool chunked : {false, true}) {
        for (const char byte : request_text({"/", "POST", {}, "byte by byte", chunked}))
            client.send(std::string_view(&byte, 1));
        CHECK(client.read_response().body == "byte by byte");
    }
}

TEST_CASE("Connection: close and HTTP/1.0 are honoured towards the client")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return chunked_response({"a", "b"}); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    {
        raw_client client(front.port(), client_for(front));
        client.send(request_text({"/", "GET", {{"Connection", "close"}}}));
        CHECK(client.read_response().body == "ab");
        CHECK(client.closed_by_peer());
    }
    raw_client old(front.port(), client_for(front));
    old.send("GET / HTTP/1.0\r\nHost: site.test\r\n\r\n");
    const http_message answer = old.read_response();
    CHECK(answer.body == "ab");
    CHECK(answer.complete);
    CHECK_FALSE(answer.has("Transfer-Encoding")); // 1.0 knows no chunks
    CHECK(old.closed_by_peer());
    CHECK(site.connections() <= 2);
}

TEST_CASE("MaxKeepAliveRequests closes the connection after so many")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(say_target);
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    options.global = "MaxKeepAliveRequests 3";
    httpd_server front(options);
    raw_client client(front.port(), client_for(front));
    // httpd counts the requests that follow the first.
    for (int i = 0; i <= 3; ++i) {
        client.send(request_text({"/"}));
        const http_message answer = client.read_response();
        CHECK(answer.status() == 200);
        CHECK((answer.value("Connection") == "close") == (i == 3));
    }
    CHECK(client.closed_by_peer());
}

TEST_CASE("KeepAliveTimeout closes an idle connection, not before and not much later")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(say_target);
    httpd_options options = options_for(w, "KeepAliveTimeout 1\nV6FrontPass / " + site.url());
    httpd_server front(options);
    raw_client client(front.port(), client_for(front));
    client.send(request_text({"/"}));
    CHECK(client.read_response().status() == 200);
    const auto since = std::chrono::steady_clock::now();
    CHECK(client.closed_by_peer());
    const auto idle = std::chrono::steady_clock::now() - since;
    CHECK(idle > std::chrono::milliseconds{900});
    CHECK(idle < patience(std::chrono::milliseconds{4000}));
}

TEST_CASE("A pooled connection that the site has closed meanwhile is not noticed by the client")
{
    // The site answers one request per connection and then hangs up without having said so.
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(scripted_backend::steps{script::read_request(),
                                                  script::send(response("ok")), script::close()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    for (int i = 0; i < 10; ++i) {
        client.send(request_text({"/"}));
        CHECK(client.read_response().status() == 200);
    }
    CHECK(site.hits() == 10);
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("A pooled connection that dies on the next request: repeated if that is harmless")
{
    // The second request on a connection is read, and the connection closed without a byte, though
    // the site has promised to keep it.
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site(scripted_backend::steps{
        script::read_request(), script::send(response("ok", "Keep-Alive: timeout=60\r\n")),
        script::read_request(), script::close()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    client.send(request_text({"/first"}));
    CHECK(client.read_response().status() == 200);

    SECTION("GET is sent again on a new connection")
    {
        client.send(request_text({"/second"}));
        CHECK(client.read_response().status() == 200);
        CHECK(site.hits() == 3);
    }
    SECTION("POST is not: it may have been done")
    {
        client.send(request_text({"/second", "POST", {}, "order one"}));
        CHECK(client.read_response().status() == 502);
        CHECK(site.hits() == 2);
        CHECK(front.complaints(1).size() == 1);
    }
}
