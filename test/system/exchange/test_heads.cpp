// SPDX-License-Identifier: Apache-2.0
//
// What the site gets to see of a request's head, and the client of a response's.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

TEST_CASE("Hop-by-hop fields end at the front, all others go on")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request&) {
        return response("ok", "Connection: X-Inner, keep-alive\r\nX-Inner: 1\r\n"
                              "Keep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\n"
                              "X-Own: first\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
                              "Server: the site\r\nETag: \"e\"\r\n");
    });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    question asked{"/",
                   "GET",
                   {{"Proxy-Authorization", "Basic eDp5"},
                    {"X-Plain", "kept"},
                    {"Cookie", "c=1"},
                    {"Accept-Language", "de"}}};
    if (!w.http2) { // where these are malformed (RFC 9113 8.2.2)
        asked.fields.insert(asked.fields.end(), {{"Connection", "X-Secret, keep-alive"},
                                                 {"X-Secret", "1"},
                                                 {"Keep-Alive", "300"},
                                                 {"Proxy-Connection", "keep-alive"},
                                                 {"TE", "gzip"}});
    }
    const http_message answer = ask(front, asked);
    const http_message seen = site.request(0).message;
    for (const char* name :
         {"X-Secret", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "TE", "Upgrade"}) {
        INFO(name);
        CHECK_FALSE(seen.has(name));
    }
    CHECK(seen.value("X-Plain") == "kept");
    CHECK(seen.value("Cookie") == "c=1");
    CHECK(seen.value("Accept-Language") == "de");

    for (const char* name : {"X-Inner", "Keep-Alive", "Proxy-Authenticate"}) {
        INFO(name);
        // httpd adds a Keep-Alive of its own.
        CHECK(answer.value(name).find("timeout=5") == std::string::npos);
        CHECK((std::string(name) == "Keep-Alive" || !answer.has(name)));
    }
    CHECK(answer.value("X-Own") == "first");
    CHECK(answer.values("Set-Cookie") == std::vector<std::string>{"a=1", "b=2"});
    CHECK(answer.value("Server") == "the site");
    CHECK(answer.value("ETag") == "\"e\"");
}

TEST_CASE("The site learns who asks, and the client cannot choose that")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(
        [](const received_request&) { return response("ok", "Via: 1.1 inner\r\n"); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    const http_message answer = ask(front, {"/",
                                            "GET",
                                            {{"X-Forwarded-For", "10.0.0.1"},
                                             {"X-Forwarded-Proto", "gopher"},
                                             {"X-Forwarded-Host", "evil.test"},
                                             {"Via", "1.0 outer"}}});
    CHECK(answer.status() == 200);
    const http_message seen = site.request(0).message;
    CHECK(seen.values("X-Forwarded-For") == std::vector<std::string>{"::1"});
    CHECK(seen.values("X-Forwarded-Host") == std::vector<std::string>{"site.test"});
    CHECK(seen.values("X-Forwarded-Server") == std::vector<std::string>{"site.test"});
    CHECK(seen.values("X-Forwarded-Proto") == std::vector<std::string>{w.tls ? "https" : "http"});
    CHECK(seen.value("Via").starts_with("1.0 outer, "));
    CHECK(seen.value("Via").find(w.http2 ? "2.0 v6front-" : "1.1 v6front-") != std::string::npos);
    CHECK(answer.value("Via").starts_with("1.1 inner, 1.1 v6front-"));
}

TEST_CASE("The site sees the client's Host, or its own, as V6FrontPreserveHost says")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_for(
        w, "V6FrontPass /kept " + site.url() + "\nV6FrontPass /own " + site.url() +
               " preservehost=off\n<Location /off>\nV6FrontPreserveHost Off\nV6FrontPass " +
               site.url() + "\n</Location>"));
    get(front, "/kept/");
    CHECK(site.request(0).message.values("Host") == std::vector<std::string>{"site.test"});
    get(front, "/own/");
    CHECK(site.request(1).message.values("Host") == std::vector<std::string>{site.authority()});
    get(front, "/off/");
    CHECK(site.request(2).message.values("Host") == std::vector<std::string>{site.authority()});
}

TEST_CASE("The target goes on byte for byte where that is safe")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_for(w, "AllowEncodedSlashes NoDecode\nV6FrontPass / " + site.url()));

    struct row {
        std::string asked, seen;
    };
    const std::vector<row> rows{
        {"/a%20b?c=%20d", "/a%20b?c=%20d"},
        {"/%7Euser/%c3%a4", "/%7Euser/%c3%a4"},
        {"/~user", "/~user"},
        {"/a%2Fb", "/a%2Fb"},
        {"/a;v=1,2/b", "/a;v=1,2/b"},
        {"/?", "/?"},
        {"/x?a=b?c=/d", "/x?a=b?c=/d"},
        {"/100%25", "/100%25"},
        {"/a+b", "/a+b"},
        {"/a//b", "/a//b"},
        {"/x?q=%2e%2e", "/x?q=%2e%2e"},
    };
    for (const row& r : rows) {
        INFO(r.asked);
        const std::size_t before = site.hits();
        CHECK(get(front, r.asked).status() == 200);
        REQUIRE(site.hits() == before + 1);
        CHECK(site.request(before).message.target() == r.seen);
    }
}

TEST_CASE("A front under a path of the site, and a site under a path of the front")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_for(w, "V6FrontPass /shop/ " + site.url() +
                                          "base/\nV6FrontPass /old " + site.url() + "new"));
    get(front, "/shop/a%20b?x");
    CHECK(site.request(0).message.target() == "/base/a%20b?x");
    get(front, "/old/page");
    CHECK(site.request(1).message.target() == "/new/page");
    get(front, "/old");
    CHECK(site.request(2).message.target() == "/new");
    CHECK(get(front, "/older").status() == 404);
    CHECK(site.hits() == 3);
}
