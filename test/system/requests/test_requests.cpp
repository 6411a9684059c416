// SPDX-License-Identifier: Apache-2.0
//
// What a client may ask, octet for octet: forwarded exactly, answered by the front, or refused
// before the site is touched. Nothing in between.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

std::string ok(const received_request&)
{
    return response("ok");
}

// What a client sends up to the end of its head, and what becomes of it.
struct request_row {
    const char* name;
    std::string head;   // "http:" stands for the way's own scheme
    int status = 200;   // as the client sees it
    std::string seen{}; // first line at the site; empty if it must see nothing
    std::string host = "site.test";
};

std::string in_scheme(std::string text, const way& w)
{
    const std::string plain = " http:";
    const auto at = text.find(plain);
    if (w.tls && at != std::string::npos)
        text.replace(at, plain.size(), " https:");
    return text;
}

http_message sent(const httpd_server& front, const std::string& head)
{
    raw_client client(front.port(), client_for(front));
    client.send(head + "\r\n\r\n");
    return client.read_response(head.starts_with("HEAD "));
}

// The same request in the fields of HTTP/2.
question in_http2(const std::string& head)
{
    const std::size_t method_end = head.find(' ');
    const std::size_t target_end = head.find(" HTTP/1.");
    question q{head.substr(method_end + 1, target_end - method_end - 1),
               head.substr(0, method_end)};
    const std::string host = "\r\nHost: ";
    q.host = head.substr(head.find(host) + host.size());
    return q;
}

// RFC 9113 8.3.1: a path begins with a slash, or is the asterisk of OPTIONS, and has no blank; a
// host has none either, and no path.
bool is_malformed_in_http2(const std::string& head)
{
    const question q = in_http2(head);
    return q.method != "CONNECT" && q.method + q.target != "OPTIONS*" &&
           (!q.target.starts_with("/") || q.target.find(' ') != std::string::npos ||
            q.host.find_first_of(" /") != std::string::npos);
}

bool has_user(const std::string& head)
{
    return in_http2(head).host.find('@') != std::string::npos;
}

bool has_one_host(const std::string& head)
{
    const auto at = head.find("\r\nHost: ");
    return at != std::string::npos && head.find("\r\nHost: ", at + 1) == std::string::npos;
}

void check(const httpd_server& front, const scripted_backend& site, const way& w,
           const request_row& r)
{
    INFO(r.name);
    const std::size_t before = site.hits();
    const http_message answer =
        w.http2 ? ask(front, in_http2(r.head)) : sent(front, in_scheme(r.head, w));
    // nghttp2 1.64 resets the stream for a user in the authority, 1.52 leaves the refusal to httpd.
    const bool by_library = w.http2 && answer.status() == 0 && has_user(r.head);
    const bool malformed = by_library || (w.http2 && is_malformed_in_http2(r.head));
    CHECK(answer.status() == (malformed ? 0 : r.status)); // 0: the stream was reset
    CHECK(answer.complete != malformed);
    REQUIRE(site.hits() == before + (r.seen.empty() || malformed ? 0 : 1));
    if (!r.seen.empty() && !malformed) {
        const http_message seen = site.request(before).message;
        CHECK(seen.start_line == r.seen + " HTTP/1.1");
        CHECK(seen.values("Host") == std::vector<std::string>{r.host});
    }
}

std::string with_host(const std::string& line)
{
    return line + " HTTP/1.1\r\nHost: site.test";
}

} // namespace

TEST_CASE("Request targets go on exactly, or not at all", "[requests]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(ok);
    httpd_server front(options_for(w, "AllowEncodedSlashes NoDecode\nV6FrontPass /in/ " +
                                          site.url() + "base/\nV6FrontPassMatch ^/m/(.*)$ " +
                                          site.url() + "x/$1\nV6FrontPass / " + site.url()));
    const std::string target_8000 = "/" + std::string(8000, 'a');
    std::vector<request_row> request_rows{
        {"a route's path gives way", with_host("GET /in//a%2Fb//?x"), 200, "GET /base//a%2Fb//?x"},
        {"an expression's groups", with_host("GET /m/a%20b//%2f?"), 200, "GET /x/a%20b//%2f?"},
        {"nothing but slashes", with_host("GET ////"), 200, "GET ////"},
        {"odd octets", with_host("GET /\"<>\\^`{|}?\"<>\\^`{|}"), 200,
         "GET /\"<>\\^`{|}?\"<>\\^`{|}"},
        {"8000 octets", with_host("GET " + target_8000), 200, "GET " + target_8000},
        {"8200 octets", with_host("GET /" + std::string(8200, 'a')), 414},
        {"dots to be resolved", with_host("GET /a/../b"), 400},
        {"a dot to be resolved", with_host("GET /a/./b"), 400},
        {"encoded dots", with_host("GET /a/%2e%2E/b"), 400},
        {"dots behind an encoded slash", with_host("GET /a%2f../b"), 400},
        {"dots at the end", with_host("GET /a/.."), 400},
        {"dots in an expression's path", with_host("GET /m/a/../b"), 400},
        {"a fragment", with_host("GET /a#b"), 400},
        {"a fragment in the query", with_host("GET /a?b#c"), 400},
        {"a scheme without a host", with_host("GET http:/h/x"), 400},
        {"a scheme with an empty host", with_host("GET http:///x"), 400},
        {"no slash", with_host("GET x"), 400},
        {"an asterisk", with_host("GET *"), 400},
        {"a blank", with_host("GET /a b"), 400},
    };
    // Whatever a path and a query may consist of (RFC 3986, and more that clients send).
    for (const char* same :
         {"/", "/?", "/??", "/a?", "/a%20b?c=%20d", "/%7Euser/%c3%a4", "/\xc3\xa4?\xc3\xa4",
          "/a//b", "/a/", "/a%2Fb", "/a;v=1,2/b", "/...", "/a/..b", "/x?q=%2e%2e/../", "/a:b@c",
          "/http://other.test/", "/%25%32%65"}) {
        request_rows.push_back(
            {same, with_host(std::string("GET ") + same), 200, std::string("GET ") + same});
    }
    for (const request_row& r : request_rows)
        check(front, site, w, r);
    CHECK(front.complaints(1).size() > 0); // a refusal of ours says why
}

// httpd by itself refuses a fragment, unless it is told to take anything.
TEST_CASE("A fragment is refused where httpd does not", "[requests]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(ok);
    httpd_options options = options_for(w, "V6FrontPassMatch ^/m/(.*)$ " + site.url() +
                                               "x/$1\nV6FrontPass / " + site.url());
    options.global = "HttpProtocolOptions Unsafe";
    httpd_server front(options);
    for (const char* line : {"GET /a#b", "GET /a?b#c", "GET /#", "GET /m/a#b", "GET /m/a?b#"})
        check(front, site, w, {line, with_host(line), 400});
    CHECK(front.complaints(1).size() > 0);
}

TEST_CASE("Methods go on as they are; CONNECT is refused", "[requests]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(ok);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    std::vector<request_row> request_rows{
        {"CONNECT", "CONNECT other.test:443 HTTP/1.1\r\nHost: other.test:443", 405},
        {"CONNECT to the site itself", "CONNECT site.test:80 HTTP/1.1\r\nHost: site.test:80", 405},
        {"OPTIONS *", with_host("OPTIONS *"), 200},
    };
    for (const char* method :
         {"GET",    "HEAD",     "POST",      "PUT",        "PATCH",    "DELETE",         "OPTIONS",
          "TRACE",  "PROPFIND", "PROPPATCH", "MKCOL",      "COPY",     "MOVE",           "LOCK",
          "UNLOCK", "REPORT",   "get",       "FROBNICATE", "M-SEARCH", "!#$%&'*+-.^_`|~"}) {
        request_rows.push_back(
            {method, with_host(std::string(method) + " /x"), 200, std::string(method) + " /x"});
    }
    for (const request_row& r : request_rows)
        check(front, site, w, r);
}

TEST_CASE("Whose request it is: Host, and the host in the target", "[requests]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(ok);
    httpd_server front(options_for(w, "ServerAlias alias.test\nV6FrontPass / " + site.url()));
    const std::vector<request_row> request_rows{
        {"a URL of the site", "GET http://site.test/a?b HTTP/1.1\r\nHost: site.test", 200,
         "GET /a?b"},
        {"a URL without a path", "GET http://site.test HTTP/1.1\r\nHost: site.test", 200, "GET /"},
        {"a URL with a query only", "GET http://site.test?x HTTP/1.1\r\nHost: site.test", 200,
         "GET /?x"},
        {"a URL of the site's other name", "GET http://alias.test/ HTTP/1.1\r\nHost: site.test",
         200, "GET /", "alias.test"},
        {"a URL beside another Host", "GET http://site.test/ HTTP/1.1\r\nHost: other.test", 200,
         "GET /", "site.test"},
        {"a URL of the address", "GET http://[::1]/ HTTP/1.1\r\nHost: [::1]", 200, "GET /",
         "[::1]"},
        {"a URL, HTTP/1.0 without Host", "GET http://site.test/ HTTP/1.0", 200, "GET /"},
        {"a URL with dots", "GET http://site.test/a/../b HTTP/1.1\r\nHost: site.test", 400},
        {"another site's URL", "GET http://other.test/ HTTP/1.1\r\nHost: other.test", 421},
        {"another site's URL beside our Host", "GET http://other.test/ HTTP/1.1\r\nHost: site.test",
         421},
        {"another address", "GET http://[::2]/ HTTP/1.1\r\nHost: [::2]", 421},
        {"a URL of another scheme", "GET ftp://site.test/ HTTP/1.1\r\nHost: site.test", 400},
        {"a URL with a user", "GET http://u@site.test/ HTTP/1.1\r\nHost: site.test", 400},
        {"Host with a port", "GET / HTTP/1.1\r\nHost: site.test:8080", 200, "GET /",
         "site.test:8080"},
        {"Host is an address", "GET / HTTP/1.1\r\nHost: [::1]", 200, "GET /", "[::1]"},
        {"Host is an address with a port", "GET / HTTP/1.1\r\nHost: [::1]:8080", 200, "GET /",
         "[::1]:8080"},
        {"no Host in HTTP/1.0", "GET / HTTP/1.0", 200, "GET /", site.authority()},
        {"no Host", "GET / HTTP/1.1", 400},
        {"two Hosts", "GET / HTTP/1.1\r\nHost: site.test\r\nHost: site.test", 400},
        {"a Host of two", "GET / HTTP/1.1\r\nHost: site.test, other.test", 400},
        {"an address without its end", "GET / HTTP/1.1\r\nHost: [::1", 400},
        {"an address without brackets", "GET / HTTP/1.1\r\nHost: ::1", 400},
        {"a path in Host", "GET / HTTP/1.1\r\nHost: site.test/x", 400},
        {"a user in Host", "GET / HTTP/1.1\r\nHost: u@site.test", 400},
        {"a port that is none", "GET / HTTP/1.1\r\nHost: site.test:http", 400},
    };
    for (const request_row& r : request_rows) {
        // A client that has named the host to TLS must name it to HTTP, says httpd.
        const bool may_ask = !w.tls || r.name != std::string("no Host in HTTP/1.0");
        // In HTTP/2 the host is a field of its own, and there is but one of it.
        const bool has_form = !w.http2 || has_one_host(r.head);
        if (may_ask && has_form)
            check(front, site, w, r);
    }
}

TEST_CASE("TRACE and OPTIONS go as far as Max-Forwards lets them", "[requests]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(ok);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    struct hop {
        const char* method;
        const char* said;
        int status;
        const char* seen; // by the site; nullptr: nothing
    };
    const std::vector<hop> hops{
        {"OPTIONS", "5", 200, "4"},
        {"TRACE", "1", 200, "0"},
        {"TRACE", "1000000", 200, "999999"},
        {"OPTIONS", "0", 200, nullptr},
        {"TRACE", "0", 200, nullptr},
        {"OPTIONS", "x", 400, nullptr},
        {"TRACE", "-1", 400, nullptr},
        {"GET", "0", 200, "0"},
        {"GET", "x", 200, "x"},
    };
    for (const hop& h : hops) {
        INFO(h.method << " " << h.said);
        const std::size_t before = site.hits();
        raw_client client(front.port(), client_for(front));
        client.send(std::string(h.method) +
                    " /x HTTP/1.1\r\nHost: site.test\r\nMax-Forwards: " + h.said + "\r\n\r\n");
        const http_message answer = client.read_response();
        CHECK(answer.status() == h.status);
        REQUIRE(site.hits() == before + (h.seen ? 1 : 0));
        if (h.seen) {
            CHECK(site.request(before).message.value("Max-Forwards") == h.seen);
        } else if (h.status == 200 && std::string(h.method) == "TRACE") {
            CHECK(answer.value("Content-Type") == "message/http");
            CHECK(answer.body.starts_with("TRACE /x HTTP/1.1\r\n"));
        } else if (h.status == 200) {
            CHECK(answer.has("Allow"));
        }
    }
}

TEST_CASE("TRACE is refused where the operator says so", "[requests]")
{
    const way w = GENERATE(from_range(short_list()));
    scripted_backend site(ok);
    httpd_server front(options_for(w, "TraceEnable Off\nV6FrontPass / " + site.url()));
    CHECK(ask(front, {"/", "TRACE"}).status() == 405);
    CHECK(site.hits() == 0);
}

TEST_CASE("A rewritten path goes on as what it was rewritten to", "[requests]")
{
    const way w = GENERATE(from_range(short_list()));
    scripted_backend site(ok);
    httpd_options options = options_for(
        w, "RewriteEngine On\nRewriteRule ^/old/(.*)$ /new/$1 [PT]\nV6FrontPass / " + site.url());
    options.modules = {"rewrite"};
    httpd_server front(options);
    CHECK(get(front, "/old/a%20b").status() == 200);
    CHECK(site.request(0).message.target() == "/new/a%20b");
    CHECK(get(front, "/old/x/../y").status() == 200);
    CHECK(site.request(1).message.target() == "/new/y");
}
