// SPDX-License-Identifier: Apache-2.0
//
// Requests and responses of every shape arrive whole, in every way that an exchange can run.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

std::string large_body() // not a multiple of any buffer
{
    return pattern(10 * 1024 * 1024 + 17);
}

// Compared by size first: ten mebibytes in a failure's report help nobody.
bool same_bytes(const std::string& a, const std::string& b)
{
    CHECK(a.size() == b.size());
    return a == b;
}

std::string show_back(const received_request& r)
{
    return response(r.message.body, "X-Method: " + r.message.method() + "\r\n");
}

} // namespace

TEST_CASE("Request bodies reach the site as they were sent")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(show_back);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));

    struct row {
        const char* name;
        question asked;
    };
    const std::vector<row> rows{
        {"GET", {"/"}},
        {"POST, Content-Length", {"/", "POST", {}, "a=1&b=2"}},
        {"POST, chunked", {"/", "POST", {}, "some chunks", true}},
        {"POST, several chunks", {"/", "POST", {}, pattern(200000), true}},
        {"POST, empty", {"/", "POST", {{"Content-Length", "0"}}}},
        {"PUT", {"/", "PUT", {}, pattern(70000)}},
        {"DELETE", {"/", "DELETE"}},
        {"OPTIONS", {"/x", "OPTIONS"}},
        {"an unknown method", {"/", "FROBNICATE"}},
        {"GET with a body", {"/", "GET", {}, "odd but allowed"}},
    };
    for (const row& r : rows) {
        INFO(r.name);
        const std::size_t before = site.hits();
        const http_message answer = ask(front, r.asked);
        CHECK(answer.status() == 200);
        CHECK(answer.complete);
        CHECK(answer.value("X-Method") == r.asked.method);
        CHECK(same_bytes(answer.body, r.asked.body));
        REQUIRE(site.hits() == before + 1);
        const http_message seen = site.request(before).message;
        CHECK(seen.complete);
        CHECK(same_bytes(seen.body, r.asked.body));
        CHECK(seen.values("Content-Length").size() + seen.values("Transfer-Encoding").size() <= 1);
        CHECK((!r.asked.body.empty() || !seen.has("Transfer-Encoding")));
    }
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("Responses reach the client whole, however the site delimits them")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const std::string body = pattern(100000);
    scripted_backend site(std::vector<scripted_backend::steps>{
        {script::read_request(), script::answer([&](const received_request& r) {
             const std::string target = r.message.target();
             if (target == "/length")
                 return response(body);
             if (target == "/chunked") {
                 return chunked_response(
                     {body.substr(0, 1), body.substr(1, 40000), body.substr(40001)});
             }
             if (target == "/empty")
                 return response("");
             if (target == "/1.0")
                 return "HTTP/1.0 200 OK\r\n\r\n" + body;
             return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body;
         }),
         script::close()}});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));

    for (const std::string target : {"/length", "/chunked", "/until-close", "/1.0"}) {
        INFO(target);
        const http_message answer = get(front, target);
        CHECK(answer.status() == 200);
        CHECK(answer.complete);
        CHECK(same_bytes(answer.body, body));
        if (!w.http2) {
            CHECK_FALSE(answer.until_close); // the client is told where it ends
        }
    }
    const http_message empty = get(front, "/empty");
    CHECK(empty.complete);
    CHECK(empty.body.empty());
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("Responses without a body have none, and the connection goes on")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request& r) -> std::string {
        const std::string target = r.message.target();
        if (target == "/204")
            return "HTTP/1.1 204 No Content\r\n\r\n";
        if (target == "/304")
            return "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n";
        return r.message.method() == "HEAD" ? "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"
                                            : response("after");
    });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));

    CHECK(get(front, "/204").status() == 204);
    const http_message unmodified = ask(front, {"/304", "GET", {{"If-None-Match", "\"x\""}}});
    CHECK(unmodified.status() == 304);
    CHECK(unmodified.value("ETag") == "\"x\"");
    const http_message head = ask(front, {"/", "HEAD"});
    CHECK(head.status() == 200);
    CHECK(head.body.empty());
    CHECK(head.value("Content-Length") == "1234");
    if (w.http2)
        return;
    const std::size_t before = site.connections();
    raw_client client(front.port(), client_for(front));
    for (const std::string target : {"/204", "/304", "/head", "/get"}) {
        INFO(target);
        const bool to_head = target == "/head";
        client.send(request_text({target, to_head ? "HEAD" : "GET"}));
        const http_message answer = client.read_response(to_head);
        CHECK(answer.complete);
        CHECK(answer.body == (target == "/get" ? "after" : ""));
    }
    CHECK(site.connections() <= before + 1);
}

TEST_CASE("Ten mebibytes, in both directions")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(show_back);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    const std::string body = large_body();
    for (const bool chunked : {false, true}) {
        INFO(chunked);
        const http_message answer = ask(front, {"/", "POST", {}, body, chunked});
        CHECK(answer.status() == 200);
        CHECK(answer.complete);
        CHECK(same_bytes(answer.body, body));
    }
}

TEST_CASE("Expect: 100-continue is answered where the site says nothing, and the body follows")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(show_back);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    client.send("POST / HTTP/1.1\r\nHost: site.test\r\nExpect: 100-continue\r\n"
                "Content-Length: 5\r\n\r\n");
    CHECK(client.read_some().starts_with("HTTP/1.1 100"));
    client.send("hello");
    const http_message answer = client.read_response();
    CHECK(answer.status() == 200);
    CHECK(answer.body == "hello");
}

TEST_CASE("Interim responses of the site do not end the exchange")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) {
        return "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" +
               response("final");
    });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    const http_message answer = get(front, "/");
    CHECK(answer.status() == 200);
    CHECK(answer.body == "final");
}

TEST_CASE("A response that comes before the request's body was read is delivered")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(scripted_backend::steps{
        script::read_head(), script::send(response("too much", "", "413 Content Too Large")),
        script::read_end()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    client.send("POST / HTTP/1.1\r\nHost: site.test\r\nContent-Length: 100000000\r\n\r\n");
    client.send_what_fits(pattern(100000));
    const http_message answer = client.read_response();
    CHECK(answer.status() == 413);
    CHECK(answer.body == "too much");
    client.close();
    CHECK(site.wait_for_open_connections(0));
}

TEST_CASE("A whole exchange and its connection leave nothing behind", "[valgrind]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site(show_back);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    for (int i = 0; i < 5; ++i) {
        raw_client client(front.port(), client_for(front));
        for (int j = 0; j < 4; ++j) {
            client.send(request_text({"/", "POST", {}, pattern(50000), j % 2 == 0}));
            CHECK(client.read_response().body == pattern(50000));
        }
    }
    raw_client rude(front.port(), client_for(front));
    rude.send("POST / HTTP/1.1\r\nHost: site.test\r\nContent-Length: 10\r\n\r\nhalf");
    rude.reset();
    CHECK(get(front, "/").status() == 200);
}
