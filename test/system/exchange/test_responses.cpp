// SPDX-License-Identifier: Apache-2.0
//
// Responses on their way down: interim ones, heads as the site wrote them, every status and length,
// trailers, and how soon what the site has said is with the client.
#include "catch.hpp"
#include "process.hpp"
#include "scripted_backend.hpp"
#include "watching.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <sstream>

using namespace v6front;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace
{

std::vector<std::string> lines_of(const std::string& head)
{
    std::vector<std::string> lines;
    std::istringstream in(head);
    for (std::string line; std::getline(in, line) && line != "\r";)
        lines.push_back(line.substr(0, line.find('\r')));
    return lines;
}

// What the front says for itself.
bool is_the_fronts(const std::string& line)
{
    // httpd puts the first two at the beginning, whoever has written them.
    static constexpr const char* names[] = {
        "server", "date", "via", "connection", "keep-alive", "content-length", "transfer-encoding"};
    return std::any_of(std::begin(names), std::end(names), [&](const char* name) {
        return same_name(line.substr(0, line.find(':')), name);
    });
}

// HTTP/2 has no phrase, and no capitals in names.
std::string in_http2(const std::string& line)
{
    const auto colon = std::min(line.find(':'), line.size());
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return line.starts_with("HTTP/1.1 ") ? "HTTP/2 " + line.substr(9, 3)
                                         : name + line.substr(colon);
}

// mod_http2 wants to be asked for what comes before the final response.
std::string hints(const way& w)
{
    return w.http2 ? "H2EarlyHints On\n" : "";
}

} // namespace

TEST_CASE("A response's head is the site's, line by line", "[responses]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const std::string fields = "Server: the site/1.0\r\n"
                               "Date: Tue, 15 Nov 1994 08:12:31 GMT\r\n"
                               "Set-Cookie: b=2; Path=/\r\n"
                               "X-Empty: \r\n"
                               "content-TYPE: text/html\r\n"
                               "Set-Cookie: a=1\r\n"
                               "x-lower: y\r\n"
                               "ETAG: W/\"e\"\r\n"
                               "Last-Modified: Tue, 15 Nov 1994 08:12:31 GMT\r\n"
                               "X-Text: gr\xc3\xbc\xdf dich\r\n"
                               "set-cookie: c=3\r\n"
                               "X-Long: " +
                               std::string(6000, 'x') + "\r\n";
    scripted_backend site(
        [&](const received_request&) { return response("ok", fields, "200 Wie gew\xfcnscht"); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    const http_message answer = get(front, "/");
    std::vector<std::string> seen = lines_of(answer.head);
    seen.erase(std::remove_if(seen.begin(), seen.end(), is_the_fronts), seen.end());
    auto sent = lines_of("HTTP/1.1 200 Wie gew\xfcnscht\r\n" + fields);
    sent.erase(std::remove_if(sent.begin(), sent.end(), is_the_fronts), sent.end());
    if (w.http2)
        std::transform(sent.begin(), sent.end(), sent.begin(), in_http2);
    CHECK(seen == sent);
    CHECK(answer.values("Server") == std::vector<std::string>{"the site/1.0"});
    CHECK(answer.values("Date") == std::vector<std::string>{"Tue, 15 Nov 1994 08:12:31 GMT"});
    CHECK(answer.body == "ok");
}

TEST_CASE("Interim responses pass to clients that can take them", "[responses]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    scripted_backend site(scripted_backend::steps{
        read_request(),
        send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
             "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nLink: </b.js>\r\n"
             "Connection: X-Hop\r\nX-Hop: 1\r\n\r\n"),
        send(response("final", "X-Final: 1\r\n")), again()});
    httpd_server front(options_for(w, hints(w) + "V6FrontPass / " + site.url()));
    const http_message answer = get(front, "/");
    CHECK(answer.status() == 200);
    CHECK(answer.body == "final");
    REQUIRE(answer.interim.size() == 2);
    CHECK(answer.interim[0].status() == 102);
    CHECK(answer.interim[1].status() == 103);
    CHECK(answer.interim[1].value("Link") == "</a.css>, </b.js>"); // HTTP/2 has them in one line
    CHECK_FALSE(answer.interim[1].has("X-Hop"));
    CHECK_FALSE(answer.has("Link"));
    if (w.http2)
        return;
    raw_client old(front.port(), client_for(front));
    old.send("GET / HTTP/1.0\r\nHost: site.test\r\n\r\n");
    const http_message plain = old.read_response();
    CHECK(plain.status() == 200);
    CHECK(plain.interim.empty());
}

TEST_CASE("An interim response is with the client before the final one is known", "[responses]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    scripted_backend site(scripted_backend::steps{
        read_request(), send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"), gate("final"),
        send(response("final"))});
    httpd_server front(options_for(w, hints(w) + "V6FrontPass / " + site.url()));
    user_agent client(front);
    client.send({"/"});
    CHECK(client.read_interim().interim.size() == 1);
    site.open("final");
    CHECK(client.read_response().body == "final");
}

TEST_CASE("Whatever a status and a length say, client and front agree where it ends", "[responses]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    struct row {
        const char* name;
        const char* method;
        std::string text; // the response
        int status;
        std::string length; // Content-Length at the client, "" for none
        std::string body;
    };
    const std::string cl = "Content-Length: ";
    const std::vector<row> rows{
        {"HEAD with a length", "HEAD", "HTTP/1.1 200 OK\r\n" + cl + "1234\r\n\r\n", 200, "1234",
         ""},
        {"HEAD without a length", "HEAD", "HTTP/1.1 200 OK\r\n\r\n", 200, "", ""},
        {"HEAD, chunked", "HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, "",
         ""},
        {"HEAD with a length of zero", "HEAD", "HTTP/1.1 200 OK\r\n" + cl + "0\r\n\r\n", 200, "",
         ""},
        {"204", "GET", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", ""},
        {"204 with a length", "GET", "HTTP/1.1 204 No Content\r\n" + cl + "5\r\n\r\n", 204, "", ""},
        {"304", "GET", "HTTP/1.1 304 Not Modified\r\n\r\n", 304, "", ""},
        {"304 with a length", "GET", "HTTP/1.1 304 Not Modified\r\n" + cl + "99\r\n\r\n", 304, "",
         ""},
        {"200 with a length of zero", "GET", response(""), 200, "0", ""},
        {"201", "PUT", response("made", "Location: /x\r\n", "201 Created"), 201, "4", "made"},
        {"207", "PROPFIND", response("<x/>", "", "207 Multi-Status"), 207, "4", "<x/>"},
        {"226, unknown to httpd", "GET", response("im", "", "226 IM Used"), 226, "2", "im"},
        {"299", "GET", response("odd", "", "299 Odd"), 299, "3", "odd"},
        {"404", "GET", response("not here", "", "404 Not Found"), 404, "8", "not here"},
        {"451", "GET", response("law", "", "451 Unavailable"), 451, "3", "law"},
        {"500", "GET", response("broken", "", "500 Internal Server Error"), 500, "6", "broken"},
        {"599", "GET", response("odd", "", "599 Odd"), 599, "3", "odd"},
        {"no phrase", "GET", "HTTP/1.1 200 \r\n" + cl + "2\r\n\r\nok", 200, "2", "ok"},
    };
    scripted_backend site([&](const received_request& r) {
        return rows[static_cast<std::size_t>(std::atoi(r.message.target().c_str() + 1))].text;
    });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    user_agent client(front); // one connection: an error would spread
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const row& r = rows[i];
        INFO(r.name);
        client.send({"/" + std::to_string(i), r.method});
        const http_message answer = client.read_response();
        CHECK(answer.status() == r.status);
        CHECK(answer.complete);
        CHECK(answer.body == r.body);
        CHECK((r.status == 304 || answer.value("Content-Length") == r.length));
    }
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("Trailers come down to clients that take them", "[responses]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request&) {
        return "HTTP/1.1 200 OK\r\nTrailer: Digest\r\nTransfer-Encoding: chunked\r\n\r\n"
               "5\r\nhello\r\n0\r\nDigest: xyz\r\nX-More: d\r\nSet-Cookie: evil\r\n\r\n";
    });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    user_agent client(front);
    for (const bool takes : {true, false, true}) {
        INFO(takes);
        question q{"/"};
        if (takes || !w.http2) { // which knows no other value (RFC 9113 8.2.2)
            q.fields = {{"TE", takes ? "trailers" : "gzip"}, {"Connection", "TE"}};
        }
        client.send(q);
        const http_message answer = client.read_response();
        CHECK(answer.body == "hello");
        CHECK(answer.complete);
        CHECK(answer.value("Digest") == (takes ? "xyz" : ""));
        CHECK(answer.value("X-More") == (takes ? "d" : ""));
        CHECK(answer.value("Trailer") == (takes ? "Digest" : ""));
        CHECK_FALSE(answer.has("Set-Cookie"));
        CHECK(answer.head.find("xyz") == std::string::npos); // not in the head
    }
    CHECK(site.request(0).message.value("TE") == "trailers");
    if (w.http2)
        return;
    raw_client old(front.port(), client_for(front));
    old.send("GET / HTTP/1.0\r\nHost: site.test\r\nTE: trailers\r\n\r\n");
    const http_message answer = old.read_response();
    CHECK(answer.body == "hello");
    CHECK_FALSE(answer.has("Digest"));
}

TEST_CASE("What the site says reaches the client at once", "[responses]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    const int events = 9;
    scripted_backend::steps steps{read_request(),
                                  send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                       "Transfer-Encoding: chunked\r\n\r\n")};
    for (int i = 0; i < events; ++i) {
        steps.push_back(gate(std::to_string(i)));
        steps.push_back(send("9\r\ndata: " + std::to_string(i) + "\n\n\r\n"));
    }
    steps.push_back(read_end());
    scripted_backend site(steps);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    user_agent client(front);
    client.send({"/"});
    CHECK(client.read_head().status() == 200); // which does not wait for a body
    std::string said;
    std::vector<milliseconds> took;
    for (int i = 0; i < events; ++i) {
        said += "data: " + std::to_string(i) + "\n\n";
        const auto began = steady_clock::now();
        site.open(std::to_string(i));
        REQUIRE(client.read_body(said.size()).body == said);
        took.push_back(std::chrono::duration_cast<milliseconds>(steady_clock::now() - began));
    }
    std::sort(took.begin(), took.end());
    INFO("median " << took[events / 2].count() << " ms");
    CHECK(took[events / 2] < milliseconds{50} * slowness());
    client.leave();
    CHECK(site.wait_for_open_connections(0));
}

TEST_CASE("What comes fast is not sent in crumbs", "[responses]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const std::vector<std::string> crumbs(20000, "ten octets");
    scripted_backend site([&](const received_request&) { return chunked_response(crumbs); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    const http_message got = get(front, "/");
    CHECK(got.body.size() == 200000);
    CHECK(got.pieces < 500);
}

TEST_CASE("A body cut off is seen even where nothing says how long it is", "[responses]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    using namespace script;
    const bool cut = GENERATE(false, true);
    INFO((cut ? "cut" : "whole"));
    scripted_backend site(scripted_backend::steps{
        read_request(), send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nstart\r\n"),
        gate("end"), send(cut ? "xyz\r\n" : "3\r\nend\r\n0\r\n\r\n"), close()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    client.send("GET / HTTP/1.0\r\nHost: site.test\r\n\r\n");
    CHECK(client.read_some().starts_with("HTTP/1.1 200"));
    site.open("end");
    const std::string rest = client.read_until_close();
    CHECK(client.was_reset() == cut);
    CHECK(rest.ends_with("end") != cut);
}
