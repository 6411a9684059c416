// SPDX-License-Identifier: Apache-2.0
//
// What a client can say in frames of HTTP/2 and must not become something else in HTTP/1.
#include "catch.hpp"
#include "h2_client.hpp"
#include "strict_requests.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

// What the site gets of it. Where the head alone is good, that has to be there before the rest is
// sent: a stream that the server resets before its thread has begun crashes stock httpd
// (mod_logio).
enum class fate { refused, broken_off, forwarded, without_body };

struct h2_row {
    const char* name;
    h2_client::fields more;
    std::string data{};
    std::string method = "POST";
    std::string path = "/row";
    fate becomes = fate::refused;
    std::string scheme = "http";
    std::string authority = "site.test";
};

const std::string evil = "GET /evil HTTP/1.1\r\nHost: site.test\r\n\r\n";

std::vector<h2_row> h2_rows()
{
    const std::string hidden = "0\r\n\r\n" + evil;
    return {
        {"a length, too small", {{"content-length", "3"}}, evil, "POST", "/row", fate::broken_off},
        {"a length, too large",
         {{"content-length", "300"}},
         evil,
         "POST",
         "/row",
         fate::broken_off},
        {"a length of none", {{"content-length", "0"}}, evil, "POST", "/row", fate::without_body},
        {"two lengths", {{"content-length", "0"}, {"content-length", "40"}}, evil},
        {"a length with a sign", {{"content-length", "+40"}}, evil},
        {"chunks", {{"transfer-encoding", "chunked"}}, hidden},
        {"Connection", {{"connection", "transfer-encoding"}}, evil},
        {"Upgrade", {{"upgrade", "websocket"}}, evil},
        {"a line end in a value", {{"x", "y\r\nTransfer-Encoding: chunked"}}, hidden},
        {"LF in a value", {{"x", "y\nTransfer-Encoding: chunked"}}, hidden},
        {"a NUL in a value", {{"x", std::string("y\0z", 3)}}, hidden},
        {"a line end in a name", {{"x: y\r\ntransfer-encoding", "chunked"}}, hidden},
        {"a colon in a name", {{"transfer-encoding: chunked\r\nx", "y"}}, hidden},
        {"a space in a name", {{"transfer-encoding ", "chunked"}}, hidden},
        {"a name in capitals", {{"Transfer-Encoding", "chunked"}}, hidden},
        {"a line end in the path", {}, evil, "POST", "/row HTTP/1.1\r\nX: y"},
        {"a space in the path", {}, evil, "POST", "/row /evil"},
        {"a space in the method", {}, evil, "GET /evil HTTP/1.1\r\nX: y\r\n\r\nPOST"},
        {"two methods", {{":method", "GET"}}, evil},
        {"two paths", {{":path", "/evil"}}, evil},
        {"two schemes", {{":scheme", "https"}}, evil},
        {"two authorities", {{":authority", "evil.test"}}, evil},
        {"a pseudo-field behind a field", {{"x", "y"}, {":path", "/evil"}}, evil},
        {"an unknown pseudo-field", {{":x", "y"}}, evil},
        {"a response's pseudo-field", {{":status", "200"}}, evil},
        {"a pseudo-field with a line end", {{":x\r\ntransfer-encoding", "chunked"}}, hidden},
        {"TE with a coding", {{"te", "trailers, chunked"}}, evil},
        {"Keep-Alive", {{"keep-alive", "timeout=5"}}, evil},
        {"Proxy-Connection", {{"proxy-connection", "keep-alive"}}, evil},
        {"identity", {{"transfer-encoding", "identity"}}, evil},
        {"an empty name", {{"", "y"}}, evil},
        {"CR in a value", {{"x", "y\rTransfer-Encoding: chunked"}}, hidden},
        {"a whole request in a value", {{"x", "y\r\n\r\n" + evil}}, ""},
        {"a control character in a value", {{"x", "y\x01z"}}, evil},
        {"a length in a list", {{"content-length", "40, 40"}}, evil},
        {"twice the same length", {{"content-length", "40"}, {"content-length", "40"}}, evil},
        {"a length above 2^64", {{"content-length", "18446744073709551656"}}, evil},
        {"a URL as the path", {}, evil, "POST", "http://evil.test/evil"},
        {"no slash", {}, evil, "POST", "evil"},
        {"an empty path", {}, evil, "POST", ""},
        {"an asterisk", {}, evil, "POST", "*"},
        {"a fragment", {}, evil, "POST", "/row#/evil"},
        {"a request in the path", {}, "", "GET", "/row HTTP/1.1\r\n\r\nGET /evil"},
        {"a NUL in the path", {}, evil, "POST", std::string("/row\0/evil", 10)},
        {"CONNECT", {}, evil, "CONNECT"},
        {"CONNECT for a protocol that nobody offers",
         {{":protocol", "websocket"}},
         evil,
         "CONNECT"},
        {"an empty method", {}, evil, ""},
        {"a request in the scheme", {}, "", "GET", "/row", fate::refused, "http://evil.test/evil?"},
        {"a line end in the scheme", {}, evil, "POST", "/row", fate::refused, "http\r\nX: y"},
        {"no scheme", {}, evil, "POST", "/row", fate::refused, ""},
        {"a user", {}, evil, "POST", "/row", fate::refused, "http", "evil@site.test"},
        {"a space in the host", {}, evil, "POST", "/row", fate::refused, "http", "site.test evil"},
        {"a path in the host", {}, evil, "POST", "/row", fate::refused, "http", "site.test/evil"},
        {"two hosts", {}, evil, "POST", "/row", fate::refused, "http", "site.test, evil.test"},
        {"a line end in the host", {}, "", "GET", "/row", fate::refused, "http", "a\r\nX: y"},
        {"no host", {}, "", "GET", "/row", fate::refused, "http", ""},
        {"another host", {{"host", "evil.test"}}, "", "GET", "/row", fate::forwarded},
        {"HEAD with a body that looks like a request", {}, evil, "HEAD", "/row", fate::forwarded},
        {"GET with one", {}, evil, "GET", "/row", fate::forwarded},
        {"a body that looks like a request", {}, evil, "POST", "/row", fate::forwarded},
        {"one with its length",
         {{"content-length", std::to_string(evil.size())}},
         evil,
         "POST",
         "/row",
         fate::forwarded},
    };
}

void check_row(const httpd_server& front, strict_site& site, const h2_row& r)
{
    site.forget();
    h2_client client(front.port(), client_for(front));
    h2_client::fields list{{":method", r.method},
                           {":scheme", r.scheme},
                           {":path", r.path},
                           {":authority", r.authority}};
    list.insert(list.end(), r.more.begin(), r.more.end());
    if (r.becomes == fate::broken_off)
        list.emplace_back("expect", "100-continue");
    client.headers(1, list, r.data.empty());
    if (r.becomes == fate::broken_off || r.becomes == fate::without_body)
        client.read_interim(1);
    if (!r.data.empty())
        client.data(1, r.data, true);
    const auto& answer = client.read(1);
    CHECK((answer.ended || client.is_over()));
    const bool passes = r.becomes == fate::forwarded || r.becomes == fate::without_body;
    CHECK((passes || answer.reset || client.is_over() || answer.status() >= 400));
    const auto seen = site.requests();
    for (const auto& f : site.faults())
        FAIL_CHECK(f);
    CHECK(seen.size() == (passes ? 1U : 0U));
    for (const auto& one : seen) {
        CHECK(one.method == r.method);
        CHECK(one.target == "/row");
        CHECK(one.body == (r.becomes == fate::forwarded ? r.data : ""));
        CHECK(one.value("Host") == "site.test");
    }
    raw_client old(front.port(), client_for(front));
    old.send(request_text({"/good"}));
    CHECK(old.read_response().body == "/good");
}

} // namespace

TEST_CASE("HTTP/2 requests that would be something else in HTTP/1", "[hostile]")
{
    const bool tls = GENERATE(true, false);
    INFO((tls ? "TLS" : "by prior knowledge"));
    strict_site site;
    httpd_options options = options_for(every_way()[0], "V6FrontPass / " + site.url());
    options.tls = tls;
    options.http2 = true;
    httpd_server front(options);
    for (const h2_row& r : h2_rows()) {
        INFO(r.name);
        check_row(front, site, r);
    }
}
