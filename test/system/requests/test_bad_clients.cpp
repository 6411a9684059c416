// SPDX-License-Identifier: Apache-2.0
//
// Clients that vanish, at any stage, and clients that do not speak HTTP.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "watching.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

using leaving = void (*)(raw_client&);

struct departure {
    const char* how;
    leaving leave;
};

const std::vector<departure>& departures()
{
    static const std::vector<departure> ways{
        {"closes", [](raw_client& c) { c.close(); }},
        {"resets", [](raw_client& c) { c.reset(); }},
    };
    return ways;
}

// Nothing of the client that left is still held, and others are served.
void check_recovered(const httpd_server& front, scripted_backend& site)
{
    CHECK(get(front, "/good").body == "good");
    CHECK(site.wait_for_open_connections(0));
}

} // namespace

TEST_CASE("A client that vanishes at any byte of its request")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend good([](const received_request&) { return response("good"); });
    scripted_backend site(scripted_backend::steps{script::read_request(), script::read_end()});
    httpd_server front(
        options_for(w, "V6FrontPass / " + site.url() + "\nV6FrontPass /good " + good.url()));
    const std::vector<std::string> requests{
        "POST / HTTP/1.1\r\nHost: site.test\r\nContent-Length: 10\r\n\r\n0123456789",
        "POST / HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n",
    };
    for (const departure& d : departures()) {
        for (const std::string& request : requests) {
            for (std::size_t n = 0; n < request.size(); ++n) {
                INFO(d.how << " after " << request.substr(0, n));
                raw_client client(front.port(), client_for(front));
                client.send(std::string_view(request).substr(0, n));
                d.leave(client);
            }
            CHECK(get(front, "/good").body == "good");
        }
    }
    check_recovered(front, site);
}

TEST_CASE("A client that vanishes while the site is thinking")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    const departure d = GENERATE(from_range(departures()));
    INFO(d.how);
    scripted_backend good([](const received_request&) { return response("good"); });
    scripted_backend site(scripted_backend::steps{script::read_request(), script::read_end()});
    httpd_server front(
        options_for(w, "V6FrontPass / " + site.url() + "\nV6FrontPass /good " + good.url()));
    raw_client client(front.port(), client_for(front));
    client.send(request_text({"/"}));
    CHECK(site.wait_for_hits(1));
    d.leave(client);
    CHECK(site.wait_for_open_connections(0)); // not only once the site has answered
    check_recovered(front, site);
}

TEST_CASE("A client that vanishes in the middle of a response")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    const departure d = GENERATE(from_range(departures()));
    INFO(d.how);
    using namespace script;
    scripted_backend good([](const received_request&) { return response("good"); });
    // More than all buffers between the two can hold.
    scripted_backend site(scripted_backend::steps{
        read_request(), send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"),
        send(pattern(50000000)), send(pattern(50000000)), read_end()});
    httpd_server front(
        options_for(w, "V6FrontPass / " + site.url() + "\nV6FrontPass /good " + good.url()));
    raw_client client(front.port(), client_for(front));
    client.send(request_text({"/"}));
    CHECK(client.read_some().starts_with("HTTP/1.1 200"));
    d.leave(client);
    check_recovered(front, site);
}

// What closes and what only closes its own direction looks the same, and is taken for gone.
TEST_CASE("A client that closes its own direction is gone")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    using namespace script;
    scripted_backend site(scripted_backend::steps{read_request(), gate("answer"),
                                                  send(response("late")), read_end()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    client.send(request_text({"/"}));
    CHECK(site.wait_for_hits(1));
    client.half_close();
    CHECK(site.wait_for_open_connections(0));
    CHECK(client.closed_by_peer());
}

// No event tells of such an end once the request has been read.
TEST_CASE("A client that ends in the same breath as its request is gone", "[departure]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    const bool answers = GENERATE(false, true);
    INFO("the site answers: " << answers);
    using namespace script;
    scripted_backend::steps steps{read_request(), send(response("first")), read_request()};
    if (answers)
        steps.push_back(send(response("at once")));
    steps.push_back(read_end());
    scripted_backend site(std::move(steps));
    auto options = options_for(w, "V6FrontPass / " + site.url() + " response=60");
    options.site += "\nKeepAliveTimeout 60\n";
    httpd_server front(options);
    raw_client client(front.port(), client_for(front));
    client.send(request_text({"/first"}));
    CHECK(client.read_response().body == "first");
    client.send_and_half_close(request_text({"/"}));
    CHECK(client.closed_by_peer());
    if (!answers)
        CHECK(site.wait_for_open_connections(0));
}

// The end may come at any moment, also when nothing is being read or watched: now and then it
// comes between the second answer and the wait for a third request.
TEST_CASE("The end of what a client sends is noticed whenever it comes")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site([](const received_request& r) { return response(r.message.body); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    for (int i = 0; i < 1000 / slowness(); ++i) {
        raw_client client(front.port(), client_for(front));
        client.send(request_text({"/", "POST", {}, "hello", true}) +
                    request_text({"/", "PUT", {}, "hello"}) + "o");
        client.half_close();
        INFO(i);
        REQUIRE(client.closed_by_peer());
    }
}

TEST_CASE("Malformed requests are refused before the site is touched")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("?"); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    struct row {
        const char* name;
        std::string text;
        int status;
    };
    const std::string post = "POST / HTTP/1.1\r\nHost: site.test\r\n";
    const std::vector<row> rows{
        {"garbage", "\x16\x03\x01 garbage\r\n\r\n", 400},
        {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"two Hosts", "GET / HTTP/1.1\r\nHost: site.test\r\nHost: b.test\r\n\r\n", 400},
        {"a space before the colon", "GET / HTTP/1.1\r\nHost : site.test\r\n\r\n", 400},
        {"a control character", "GET / HTTP/1.1\r\nHost: site.test\r\nX: a\x01b\r\n\r\n", 400},
        {"a field without a colon", "GET / HTTP/1.1\r\nHost: site.test\r\nX y\r\n\r\n", 400},
        {"two lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n123456", 400},
        {"a negative length", post + "Content-Length: -5\r\n\r\n", 400},
        {"a length that is none", post + "Content-Length: 5x\r\n\r\n12345", 400},
        {"an enormous length", post + "Content-Length: 99999999999999999999\r\n\r\n", 400},
        {"chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400},
        {"a coding that is not chunked", post + "Transfer-Encoding: gzip\r\n\r\n", 400},
        {"a path above the root", "GET /../x HTTP/1.1\r\nHost: site.test\r\n\r\n", 400},
        {"a broken escape", "GET /%zz HTTP/1.1\r\nHost: site.test\r\n\r\n", 400},
        {"an encoded NUL", "GET /a%00b HTTP/1.1\r\nHost: site.test\r\n\r\n", 404},
        {"a target of 20000 octets",
         "GET /" + std::string(20000, 'a') + " HTTP/1.1\r\nHost: site.test\r\n\r\n", 414},
        {"a field of 20000 octets",
         "GET / HTTP/1.1\r\nHost: site.test\r\nX: " + std::string(20000, 'a') + "\r\n\r\n", 400},
    };
    for (const row& r : rows) {
        INFO(r.name);
        raw_client client(front.port(), client_for(front));
        client.send(r.text);
        const http_message answer = client.read_response();
        // 501 is as good for what httpd does not know.
        const bool refused =
            answer.status() == r.status ||
            (r.status == 400 && (answer.status() == 501 || answer.status() == 505));
        INFO(answer.status());
        CHECK(refused);
    }
    CHECK(site.hits() == 0);
    CHECK(get(front, "/").status() == 200);
}

TEST_CASE("Length and chunks together: the site sees one of them, and nothing follows")
{
    // httpd drops the length and closes (RFC 9112 6.3); to refuse is as good.
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    client.send("POST / HTTP/1.1\r\nHost: site.test\r\nContent-Length: 44\r\n"
                "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                "GET /smuggled HTTP/1.1\r\nHost: site.test\r\n\r\n");
    const int status = client.read_response().status();
    const bool understood = status == 200 || status == 400;
    CHECK(understood);
    CHECK(client.closed_by_peer());
    CHECK(site.hits() == (status == 200 ? 1 : 0));
    for (const received_request& r : site.requests()) {
        CHECK(r.message.target() == "/");
        CHECK(r.message.body.empty());
        CHECK(r.message.values("Content-Length").size() +
                  r.message.values("Transfer-Encoding").size() ==
              1);
    }
}

TEST_CASE("A request body with broken chunks is refused, and nothing that follows is a request")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(std::vector<scripted_backend::steps>{
        {script::read_request(), script::send(response("whole")), script::read_end()}});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    client.send("POST / HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3\r\nabc\r\nxyz\r\nGET /smuggled HTTP/1.1\r\nHost: site.test\r\n\r\n");
    const http_message answer = client.read_response();
    CHECK(answer.status() == 400);
    CHECK(client.closed_by_peer());
    for (const received_request& r : site.requests()) {
        CHECK(r.message.target() == "/");
        CHECK_FALSE(r.message.complete);
    }
    CHECK(site.wait_for_open_connections(0));
}
