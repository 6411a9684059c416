// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/edits/request_head.hpp"
#include "mod_v6front/core/edits/client_claims.hpp"

#include "catch.hpp"

using namespace v6front;
using namespace std::string_view_literals;

namespace
{

const field_list no_fields;
constexpr framing no_body{};
constexpr framing chunked{framing_kind::chunked, 0};
constexpr framing length(std::uint64_t n)
{
    return {framing_kind::length, n};
}

request_view get(const field_list& fields)
{
    return {.method = "GET",
            .target = "/x?y",
            .host = "front:8080",
            .scheme = "https",
            .version = "1.1",
            .client_address = "2001:db8::7",
            .server_name = "front",
            .fields = fields};
}

constexpr request_edits preserving{
    .backend_authority = "b:81", .preserve_host = true, .via = "v6front-1"};
constexpr request_edits replacing{
    .backend_authority = "b:81", .preserve_host = false, .via = "v6front-1"};

// All fields are the client's.
std::string head(request_view request, const framing& body = no_body,
                 const request_edits& edits = preserving)
{
    field_list left(request.fields.begin(), request.fields.end());
    request.extends = drop_client_claims(left, request.fields, {.behind_proxy = true});
    request.fields = left;
    std::string out = "kept";
    append_request_head(out, request, body, edits);
    REQUIRE(out.starts_with("kept")); // appended to what was there
    return out.substr(4);
}

// What stands between Host and the fields that the front adds.
std::string passed(const field_list& fields)
{
    const std::string out = head(get(fields));
    const std::size_t begin = out.find("\r\n", out.find("\r\n") + 2) + 2;
    return out.substr(begin, out.find("X-Forwarded-For: 2001:db8::7\r\n") - begin);
}

std::size_t count(std::string_view text, std::string_view part)
{
    std::size_t n = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + 1))
        ++n;
    return n;
}

bool has(const std::string& text, std::string_view part)
{
    return count(text, part) == 1;
}

bool lacks(const std::string& text, std::string_view part)
{
    return count(text, part) == 0;
}

} // namespace

TEST_CASE("the whole head of a simple request", "[request_head]")
{
    const field_list fields{{"Host", "front:8080"}, {"ACCEPT", "*/*"}, {"Cookie", "a=b"}};
    CHECK(head(get(fields)) == "GET /x?y HTTP/1.1\r\n"
                               "Host: front:8080\r\n"
                               "ACCEPT: */*\r\n"
                               "Cookie: a=b\r\n"
                               "X-Forwarded-For: 2001:db8::7\r\n"
                               "X-Forwarded-Host: front:8080\r\n"
                               "X-Forwarded-Server: front\r\n"
                               "X-Forwarded-Proto: https\r\n"
                               "Via: 1.1 v6front-1\r\n"
                               "CDN-Loop: v6front-1\r\n"
                               "Connection: keep-alive\r\n"
                               "\r\n");
}

TEST_CASE("the version is 1.1, whatever the client's; its own goes into Via", "[request_head]")
{
    request_view request = get(no_fields);
    for (const char* version : {"1.0", "1.1", "2.0"}) {
        request.version = version;
        const std::string out = head(request);
        CHECK(out.starts_with("GET /x?y HTTP/1.1\r\n"));
        CHECK(has(out, "Via: " + std::string(version) + " v6front-1\r\n"));
    }
}

TEST_CASE("Host is the client's if preserved, else the backend's", "[request_head]")
{
    const field_list fields{{"A", "1"}, {"host", "front:8080"}, {"HOST", "other"}};
    std::string out = head(get(fields));
    CHECK(out.starts_with("GET /x?y HTTP/1.1\r\nHost: front:8080\r\nA: 1\r\n"));
    CHECK(count(out, "ost: ") == 2); // and X-Forwarded-Host
    CHECK(lacks(out, "other"));

    out = head(get(fields), no_body, replacing);
    CHECK(out.starts_with("GET /x?y HTTP/1.1\r\nHost: b:81\r\nA: 1\r\n"));
    CHECK(has(out, "X-Forwarded-Host: front:8080\r\n"));
    CHECK(lacks(out, "other"));
}

TEST_CASE("a client without Host gets the backend's, and no X-Forwarded-Host", "[request_head]")
{
    request_view request = get(no_fields);
    request.host = {};
    for (const request_edits& edits : {preserving, replacing}) {
        const std::string out = head(request, no_body, edits);
        CHECK(has(out, "\r\nHost: b:81\r\n"));
        CHECK(lacks(out, "X-Forwarded-Host"));
        CHECK(has(out, "X-Forwarded-Proto: https\r\n"));
    }
}

TEST_CASE("fields keep order, case, repetition and every octet", "[request_head]")
{
    CHECK(passed({{"b", "2"}, {"A", " 1 "}, {"B", ""}, {"b", "3"}}) ==
          "b: 2\r\nA:  1 \r\nB: \r\nb: 3\r\n");
    CHECK(passed({{"X", "\x80\xff\t\x01"}}) == "X: \x80\xff\t\x01\r\n");
}

TEST_CASE("hop-by-hop fields and what Connection names are dropped", "[request_head]")
{
    CHECK(passed({{"Connection", "keep-alive"},
                  {"Keep-Alive", "timeout=5"},
                  {"Proxy-Connection", "close"},
                  {"Proxy-Authenticate", "x"},
                  {"Proxy-Authorization", "x"},
                  {"TE", "gzip"},
                  {"Trailer", "x"},
                  {"Upgrade", "h2c"},
                  {"HTTP2-Settings", "x"},
                  {"Authorization", "stays"}}) == "Authorization: stays\r\n");
    // Wherever the Connection field stands.
    CHECK(passed({{"X-A", "1"},
                  {"Connection", "close, x-a"},
                  {"X-B", "2"},
                  {"connection", "X-B;q=1"},
                  {"x-a", "3"},
                  {"X-C", "4"}}) == "X-C: 4\r\n");
}

TEST_CASE("Connection cannot take away what the front writes", "[request_head]")
{
    const field_list fields{
        {"Connection", "close, host, via, content-length, transfer-encoding, x-forwarded-for, "
                       "x-forwarded-host, x-forwarded-server, x-forwarded-proto, x"},
        {"Host", "front:8080"},
        {"Via", "1.0 other"},
        {"Content-Length", "5"},
        {"X", "1"}};
    for (const framing& body : {length(5), chunked}) {
        const std::string out = head(get(fields), body);
        CHECK(has(out, "\r\nHost: front:8080\r\n"));
        CHECK(has(out, "\r\nVia: 1.0 other, 1.1 v6front-1\r\n"));
        CHECK(has(out, "\r\nX-Forwarded-For: 2001:db8::7\r\n"));
        CHECK(has(out, "\r\nX-Forwarded-Host: front:8080\r\n"));
        CHECK(has(out, "\r\nX-Forwarded-Server: front\r\n"));
        CHECK(has(out, "\r\nX-Forwarded-Proto: https\r\n"));
        CHECK(has(out, "\r\nContent-Length: 5\r\n") == (body.kind == framing_kind::length));
        CHECK(has(out, "\r\nTransfer-Encoding: chunked\r\n") ==
              (body.kind == framing_kind::chunked));
        CHECK(lacks(out, "\r\nX: 1"));
        CHECK(has(out, "Connection"));
        CHECK(has(out, "\r\nConnection: keep-alive\r\n"));
    }
}

TEST_CASE("a client cannot choose what the front says of it", "[request_head]")
{
    const field_list fields{{"X-Forwarded-For", "192.0.2.1"}, {"x-forwarded-for", "192.0.2.2"},
                            {"X-FORWARDED-HOST", "evil"},     {"X-Forwarded-Server", "evil"},
                            {"X-Forwarded-Proto", "evil"},    {"Expect", "100-continue"},
                            {"X-Forwarded-Port", "evil"},     {"Proxy", "evil"}};
    CHECK(passed(fields).empty());
    // passed() has seen ours begin; this is their number.
    CHECK(count(head(get(fields)), "\r\nX-Forwarded-") == 4);
    CHECK(lacks(head(get(fields)), "evil"));
}

TEST_CASE("the front's own words that are empty or broken are left out", "[request_head]")
{
    request_view request = get(no_fields);
    request.client_address = {};
    request.server_name = "a\nb";
    request.host = "a\r\nX: y";
    const std::string out = head(request);
    CHECK(lacks(out, "X-Forwarded-For"));
    CHECK(lacks(out, "X-Forwarded-Server"));
    CHECK(lacks(out, "X-Forwarded-Host"));
    CHECK(lacks(out, "X: y"));
    CHECK(has(out, "\r\nHost: b:81\r\n"));
}

TEST_CASE("all Via fields become one list with the front at its end", "[request_head]")
{
    const field_list fields{
        {"Via", "1.0 a"}, {"A", "1"}, {"via", "1.1 b (c, d)"}, {"VIA", ""}, {"Via", "1.1 x\ny"}};
    const std::string out = head(get(fields));
    CHECK(has(out, "\r\nVia: 1.0 a, 1.1 b (c, d), 1.1 v6front-1\r\n"));
    CHECK(count(out, "ia: ") + count(out, "IA: ") == 1);
    CHECK(passed(fields) == "A: 1\r\n");
}

TEST_CASE("fields that would break the head are never written", "[request_head]")
{
    CHECK(passed({{"A", "1\r\nEvil: 1"},
                  {"B", "1\nEvil"},
                  {"C", "1\rEvil"},
                  {"D", "1\0"sv},
                  {"E\r\nEvil", "1"},
                  {"F\n", "1"},
                  {"G\0"sv, "1"},
                  {"", "1"},
                  {"H", "1"}}) == "H: 1\r\n");
}

TEST_CASE("the body is framed as told, and only once", "[request_head]")
{
    const field_list both{{"Content-Length", "7"}, {"Transfer-Encoding", "gzip"}};
    std::string out = head(get(both), length(5));
    CHECK(has(out, "\r\nContent-Length: 5\r\n"));
    CHECK((has(out, "ength") && lacks(out, "ncoding")));

    out = head(get(both), chunked);
    CHECK(has(out, "\r\nTransfer-Encoding: chunked\r\n"));
    CHECK((lacks(out, "ength") && has(out, "ncoding")));

    CHECK(has(head(get(no_fields), length(9223372036854775807U)),
              "\r\nContent-Length: 9223372036854775807\r\n"));
}

TEST_CASE("an empty body has a length only where it says something", "[request_head]")
{
    const field_list zero{{"content-length", "0"}};
    for (const framing& body : {no_body, length(0)}) {
        request_view request = get(no_fields);
        for (const char* method : {"POST", "PUT", "PATCH"}) {
            request.method = method;
            CAPTURE(method);
            CHECK(has(head(request, body), "\r\nContent-Length: 0\r\n"));
        }
        for (const char* method : {"GET", "HEAD", "DELETE", "OPTIONS", "post"}) {
            request.method = method;
            request.fields = no_fields;
            CAPTURE(method);
            CHECK(lacks(head(request, body), "ontent-"));
            request.fields = zero;
            CHECK(has(head(request, body), "\r\nContent-Length: 0\r\n"));
        }
    }
}

TEST_CASE("a request that has been here carries the pseudonym in Via", "[request_head]")
{
    for (const char* value :
         {"1.1 v6front-1", "HTTP/1.1 v6front-1", "1.0 a, 1.1 v6front-1", "1.1 v6front-1, 1.1 a",
          "1.1 V6FRONT-1", "1.1\tv6front-1 (comment)", "1.1  v6front-1(comment)",
          " ,1.1 v6front-1 ",
          // A comment or quote that a client leaves open does not hide what follows.
          "1.1 a (, 1.1 v6front-1", "1.1 a \", 1.1 v6front-1"}) {
        CAPTURE(value);
        CHECK(has_passed(field_list{{"via", value}}, "v6front-1"));
        CHECK(has_passed(field_list{{"A", "1"}, {"Via", "1.1 b"}, {"VIA", value}}, "v6front-1"));
        CHECK_FALSE(has_passed(field_list{{"X-Via", value}}, "v6front-1"));
    }
    for (const char* value :
         {"", ",", "1.1", "1.1 ", "v6front-1", "1.1 v6front-12", "1.1 v6front-", "1.1 xv6front-1",
          "1.1 a v6front-1", "1.1 a (1.1 v6front-1)", "v6front-1 1.1", "1.1 v6front-1:80"}) {
        CAPTURE(value);
        CHECK_FALSE(has_passed(field_list{{"Via", value}}, "v6front-1"));
    }
    CHECK_FALSE(has_passed(no_fields, "v6front-1"));
    CHECK_FALSE(has_passed(field_list{{"Via", "1.1 "}, {"Via", "1.1 (x)"}}, ""));
}

TEST_CASE("a request that has been here carries the pseudonym in CDN-Loop", "[request_head]")
{
    for (const char* value : {"v6front-1", "a, V6Front-1", "v6front-1;x=y, a", " ,v6front-1 ; x",
                              "a; x=\", v6front-1"}) {
        CAPTURE(value);
        CHECK(has_passed(field_list{{"cdn-loop", value}}, "v6front-1"));
        CHECK_FALSE(has_passed(field_list{{"X-Cdn-Loop", value}}, "v6front-1"));
    }
    for (const char* value : {"", "v6front-12", "1.1 v6front-1", "a;v6front-1", "v6front-1:80"}) {
        CAPTURE(value);
        CHECK_FALSE(has_passed(field_list{{"CDN-Loop", value}}, "v6front-1"));
    }
}

TEST_CASE("what others said in CDN-Loop goes on, even where Connection nominates it",
          "[request_head]")
{
    const field_list fields{
        {"CDN-Loop", "a, b;x=1"}, {"Connection", "close, CDN-Loop, A"}, {"A", "1"}};
    CHECK(passed(fields) == "CDN-Loop: a, b;x=1\r\n");
    CHECK(has(head(get(fields)), "\r\nCDN-Loop: v6front-1\r\n"));
}

TEST_CASE("the front finds its own token in the head that it wrote", "[request_head]")
{
    for (const char* client : {"1.1 a", "1.1 a (", "\"", "1.1 a,", "(((\\"}) {
        const field_list fields{{"Via", client}};
        const std::string out = head(get(fields));
        const std::size_t begin = out.find("Via: ") + 5;
        const std::string value = out.substr(begin, out.find("\r\n", begin) - begin);
        CAPTURE(value);
        CHECK(has_passed(field_list{{"Via", value}}, "v6front-1"));
    }
}

TEST_CASE("TE goes on as far as it is about trailers", "[request_head]")
{
    CHECK(passed({{"TE", "gzip, Trailers;q=1"}, {"X", "y"}}) == "X: y\r\nTE: trailers\r\n");
    CHECK(passed({{"TE", "gzip"}, {"X", "y"}}) == "X: y\r\n");
}
