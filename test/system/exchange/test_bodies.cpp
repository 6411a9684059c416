// SPDX-License-Identifier: Apache-2.0
//
// Request bodies on their way up: invited or not, of unknown length, with trailers, endless, cut
// off, and answered before their end.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "watching.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

#include <algorithm>

using namespace v6front;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace
{

std::string echo(const received_request& r)
{
    return response(r.message.body);
}

bool has_continue(const std::vector<http_message>& interim)
{
    return std::any_of(interim.begin(), interim.end(),
                       [](const http_message& m) { return m.status() == 100; });
}

const question expecting{"/", "POST", {{"Expect", "100-continue"}}};

} // namespace

TEST_CASE("Expect: 100-continue is the site's to answer", "[bodies]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    struct row {
        const char* name;
        scripted_backend::steps site;
        int status;
        std::string answer;
        bool invited;
    };
    const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const std::vector<row> rows{
        {"it says so", {read_head(), send(go_on), read_body(), answer(echo)}, 200, "hello", true},
        {"it says something else first",
         {read_head(), send("HTTP/1.1 102 Processing\r\n\r\n" + go_on), read_body(), answer(echo)},
         200,
         "hello",
         true},
        {"it ignores it", {read_request(), answer(echo)}, 200, "hello", true},
        {"it refuses",
         {read_head(), send(response("no", "", "417 Expectation Failed"))},
         417,
         "no",
         false},
        {"it wants a password",
         {read_head(), send(response("who?", "", "401 Unauthorized"))},
         401,
         "who?",
         false},
    };
    for (const row& r : rows) {
        INFO(r.name);
        scripted_backend site(r.site);
        httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
        user_agent client(front);
        const auto began = steady_clock::now();
        client.begin(expecting, 5);
        if (r.invited) {
            while (!has_continue(client.read_interim().interim)) {
            }
            CHECK(steady_clock::now() - began < patience(milliseconds{900}));
            client.send_body("hello");
            client.end_body();
        }
        const http_message got = client.read_response();
        CHECK(got.status() == r.status);
        CHECK(got.body == r.answer);
        CHECK((r.invited || got.interim.empty()));
        CHECK(site.request(0).message.value("Expect") == "100-continue");
        CHECK(front.complaints() == no_complaints);
    }
}

TEST_CASE("A client that does not wait for 100-continue makes nobody wait", "[bodies]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(echo);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    user_agent client(front);
    question at_once = expecting;
    at_once.body = "hello";
    for (int i = 0; i < 10; ++i) {
        client.send(at_once);
        const http_message got = client.read_response();
        CHECK(got.status() == 200);
        CHECK(got.body == "hello");
    }
    CHECK(site.connections() <= 10);
}

TEST_CASE("Trailers go up behind chunks, but for those that would decide something", "[bodies]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(echo);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    const std::string text = "POST / HTTP/1.1\r\nHost: site.test\r\nTrailer: Digest\r\n"
                             "Transfer-Encoding: chunked\r\n\r\n10;x=y\r\nsixteen octets..\r\n"
                             "0;last\r\nDigest: abc\r\nAuthorization: evil\r\n\r\n";
    client.send(text);
    CHECK(client.read_response().body == "sixteen octets..");
    const http_message seen = site.request(0).message;
    CHECK(seen.value("Trailer") == "Digest");
    CHECK(seen.value("Digest") == "abc");
    CHECK_FALSE(seen.has("Authorization"));
    CHECK(seen.head.find("x=y") == std::string::npos);
    // However they are cut; each cut shows in what the site has received before it.
    for (const char* at : {"0;x", "\r\nsixteen", "\nsixteen", "octets", "\r\n0", "0;last", ";last",
                           "\nDigest", "gest", "\nAuth", "\r\n\r\n@", "\n\r\n@", "\r\n@", "\n@"}) {
        const std::size_t cut = (text + "@").find(at, text.find("chunked\r\n\r\n"));
        INFO(cut);
        const std::size_t before = site.hits();
        client.send(text.substr(0, cut));
        CHECK(site.wait_for_hits(before + 1));
        client.send(text.substr(cut));
        CHECK(client.read_response().body == "sixteen octets..");
        CHECK(site.request(before).message.value("Digest") == "abc");
    }
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("Trailers of HTTP/2 go up as trailers", "[bodies]")
{
    const way w = http2_way();
    REQUIRE(w.http2);
    scripted_backend site(echo);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    user_agent client(front);
    client.begin({"/", "POST"}, std::nullopt);
    client.send_body("body");
    client.end_body({{"digest", "abc"}, {"authorization", "evil"}});
    CHECK(client.read_response().body == "body");
    const http_message seen = site.request(0).message;
    CHECK(seen.value("Digest") == "abc");
    CHECK_FALSE(seen.has("Authorization"));
}

TEST_CASE("bufferbody= gives a body of unknown length its length, up to a limit", "[bodies]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(echo);
    httpd_server front(options_for(w, "V6FrontPass /buffered " + site.url() +
                                          " bufferbody=64K\nV6FrontPass / " + site.url()));
    struct row {
        const char* target;
        std::size_t size;
        bool chunked;
        int status;
        const char* length; // Content-Length at the site
    };
    const std::vector<row> rows{
        {"/buffered", 5, true, 200, "5"},
        {"/buffered", 65536, true, 200, "65536"},
        {"/buffered", 65537, true, 413, ""},
        {"/buffered", 1000000, true, 413, ""},
        {"/buffered", 100000, false, 200, "100000"},
        {"/", 100000, true, 200, ""},
    };
    for (const row& r : rows) {
        INFO(r.target << ' ' << r.size << (r.chunked ? " chunked" : ""));
        const std::size_t before = site.hits();
        const http_message got = ask(front, {r.target, "POST", {}, pattern(r.size), r.chunked});
        CHECK(got.status() == r.status);
        if (r.status == 200) {
            CHECK(got.body.size() == r.size);
            CHECK(site.request(before).message.value("Content-Length") == r.length);
        }
        CHECK(site.hits() == before + (r.status == 200 ? 1 : 0));
    }
}

TEST_CASE("LimitRequestBody is kept", "[bodies]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(echo);
    httpd_server front(options_for(w, "LimitRequestBody 1000\nV6FrontPass / " + site.url()));
    CHECK(ask(front, {"/", "POST", {}, pattern(1000)}).status() == 200);
    CHECK(ask(front, {"/", "POST", {}, pattern(1001)}).status() == 413);
    CHECK(ask(front, {"/", "POST", {}, pattern(600000), true}).status() == 413);
    CHECK(get(front, "/").status() == 200);
}

TEST_CASE("A client that leaves in the middle of its body: the site's connection goes at once",
          "[bodies]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    scripted_backend site(scripted_backend::steps{read_head(), read_end()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    for (const auto& length :
         {std::optional<std::uint64_t>(1000), std::optional<std::uint64_t>()}) {
        for (const bool resets : {false, true}) {
            INFO((length ? "with a length" : "without") << (resets ? ", reset" : ", closed"));
            const std::size_t before = site.hits();
            user_agent client(front);
            client.begin({"/", "POST"}, length);
            client.send_body("hello");
            CHECK(site.wait_for_hits(before + 1));
            const auto left = steady_clock::now();
            resets ? client.cancel() : client.leave();
            CHECK(site.wait_for_open_connections(0));
            CHECK(steady_clock::now() - left < patience(milliseconds{3000}));
        }
    }
}

TEST_CASE("An answer before the end of the body reaches a client that goes on sending", "[bodies]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    scripted_backend site(scripted_backend::steps{
        read_head(), send(response("too much", "", "413 Content Too Large")), read_end()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    for (const auto& length :
         {std::optional<std::uint64_t>(3000000000), std::optional<std::uint64_t>()}) {
        INFO((length ? "with a length" : "without"));
        user_agent client(front);
        client.begin({"/", "POST"}, length);
        // Nothing of the body, and it does not wait for the rest.
        const http_message got = client.read_response();
        CHECK(got.status() == 413);
        CHECK(got.body == "too much");
        CHECK(client.is_told_to_stop());
    }
}

TEST_CASE("A body of gigabytes needs no more memory than one of 2 MB", "[bodies]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    using namespace script;
    scripted_backend site(scripted_backend::steps{read_head(), read_end()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    const std::string piece = pattern(1 << 20);
    const std::size_t pieces = very_many();
    user_agent client(front);
    client.begin({"/", "POST"}, pieces * piece.size());
    for (int i = 0; i < 2; ++i)
        client.send_body(piece);
    CHECK(eventually([&] { return site.received_bytes() > 2 * piece.size(); }));
    const unsigned at_first = front.resident_kilobytes();
    for (std::size_t i = 2; i < pieces; ++i)
        client.send_body(piece);
    CHECK(eventually([&] { return site.received_bytes() > pieces * piece.size(); }));
    CHECK(front.resident_kilobytes() < at_first + 20000u * static_cast<unsigned>(slowness()));
}

TEST_CASE("A client that stops in the middle of its body is told so", "[bodies]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    using namespace script;
    scripted_backend site(scripted_backend::steps{read_head(), read_end()});
    httpd_server front(options_for(w, "Timeout 1\nV6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    client.send("POST / HTTP/1.1\r\nHost: site.test\r\nContent-Length: 10\r\n\r\nhalf");
    CHECK(client.read_response().status() == 408);
    CHECK(site.wait_for_open_connections(0));
    CHECK(client.closed_by_peer());
}

TEST_CASE("A client that leaves while the site thinks is noticed", "[bodies]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    scripted_backend site(scripted_backend::steps{read_request(), read_end()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    for (const bool resets : {false, true}) {
        INFO((resets ? "reset" : "closed"));
        const std::size_t before = site.hits();
        user_agent client(front);
        client.send({"/"});
        CHECK(site.wait_for_hits(before + 1));
        const auto left = steady_clock::now();
        resets ? client.cancel() : client.leave();
        CHECK(site.wait_for_open_connections(0));
        CHECK(steady_clock::now() - left < patience(milliseconds{3000}));
    }
}
