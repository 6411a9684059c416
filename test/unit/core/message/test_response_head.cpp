// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/edits/response_edits.hpp"

#include "catch.hpp"

using namespace v6front;
using namespace std::string_view_literals;

namespace
{

const backend_url backend = parse_backend_url("http://b:8080/base");

const via_name own_name("v6front-1");

reverse_map front_map()
{
    reverse_map map({"https", "front"}, false, backend);
    map.add(backend, "/a");
    return map;
}

std::string text(const response_head& head)
{
    std::string out;
    for (const field& f : head.fields)
        out.append(f.name).append(": ").append(f.value).append("\n");
    return out;
}

std::string edited(field_list fields, int version = 11)
{
    response_head head;
    head.version = version;
    head.fields = std::move(fields);
    edit_response_head(head, front_map(), &own_name);
    return text(head);
}

std::string mapped(std::string_view name, std::string_view value)
{
    response_head head;
    head.fields = {{name, value}};
    edit_response_head(head, front_map(), &own_name);
    REQUIRE(head.fields.size() == 2);
    CHECK(head.fields[0].name == name);
    return std::string(head.fields[0].value);
}

} // namespace

TEST_CASE("what is end-to-end stays as sent", "[response_head]")
{
    CHECK(edited({{"b", "2"},
                  {"Set-Cookie", "a=1"},
                  {"A", ""},
                  {"set-cookie", "\xff\t; Path=/base"},
                  {"X-Location", "http://b:8080/base"}}) ==
          "b: 2\nSet-Cookie: a=1\nA: \nset-cookie: \xff\t; Path=/base\n"
          "X-Location: http://b:8080/base\nVia: 1.1 v6front-1\n");
}

TEST_CASE("status, phrase and the rest are not touched", "[response_head]")
{
    response_head head;
    head.status = 302;
    head.version = 10;
    head.phrase = "Go on";
    head.content_length = 5;
    head.keep_alive = true;
    edit_response_head(head, front_map(), &own_name);
    CHECK(head.status == 302);
    CHECK(head.version == 10);
    CHECK(head.phrase == "Go on");
    CHECK(head.content_length == 5U);
    CHECK(head.keep_alive);
}

TEST_CASE("hop-by-hop, nominated and framing fields are dropped", "[response_head]")
{
    CHECK(edited({{"Connection", "close"},
                  {"Keep-Alive", "timeout=5"},
                  {"Proxy-Authenticate", "x"},
                  {"TE", "x"},
                  {"Trailer", "x"},
                  {"Transfer-Encoding", "chunked"},
                  {"Upgrade", "h2"},
                  {"content-LENGTH", "5"},
                  {"A", "1"}}) == "A: 1\nVia: 1.1 v6front-1\n");
}

TEST_CASE("each nominated field is dropped, wherever Connection stands", "[response_head]")
{
    const field a{"X-A", "1"};
    const field b{"x-b", "2"};
    const field keep{"Keep", "3"};
    const field names_a{"Connection", "close, X-a"};
    const field names_b{"connection", "X-B"};
    const std::string expected = "Keep: 3\nVia: 1.1 v6front-1\n";
    CHECK(edited({names_a, names_b, a, b, keep}) == expected);
    CHECK(edited({a, b, keep, names_a, names_b}) == expected);
    CHECK(edited({names_a, a, keep, a, b, names_b, b}) == expected);
    CHECK(edited({names_b, keep, names_a, b, a}) == expected);
}

TEST_CASE("a backend cannot nominate Via away", "[response_head]")
{
    CHECK(edited({{"Connection", "via, x"}, {"Via", "1.1 site"}, {"X", "1"}}) ==
          "Via: 1.1 site, 1.1 v6front-1\n");
}

TEST_CASE("fields that would break the head are dropped", "[response_head]")
{
    CHECK(edited({{"A", "1\r\nEvil: 1"},
                  {"B", "1\n"},
                  {"C", "\0"sv},
                  {"D\r", "1"},
                  {"", "1"},
                  {"Location", "http://b:8080/base\n"},
                  {"Via", "1.1 a\nb"},
                  {"E", "1"}}) == "E: 1\nVia: 1.1 v6front-1\n");
}

TEST_CASE("URLs are mapped back in each field that has one", "[response_head]")
{
    for (const char* name : {"Location", "LOCATION", "Content-Location", "URI", "uri"}) {
        CAPTURE(name);
        CHECK(mapped(name, "http://b:8080/base/x?y#z") == "https://front/a/x?y#z");
        CHECK(mapped(name, "/base/x") == "/a/x");
        CHECK(mapped(name, "//b:8080/base") == "//front/a");
        CHECK(mapped(name, "http://other/base") == "http://other/base");
        CHECK(mapped(name, "relative") == "relative");
        CHECK(mapped(name, "") == "");
        CHECK(mapped(name, " /base/x\t") == " /a/x\t");
    }
}

TEST_CASE("the URL in Refresh is mapped back, and only that", "[response_head]")
{
    const std::pair<const char*, const char*> cases[] = {
        {"5; url=http://b:8080/base/x", "5; url=https://front/a/x"},
        {"5;URL=/base/x", "5;URL=/a/x"},
        {"0, Url = /base/x", "0, Url = /a/x"},
        {"5; url=\"http://b:8080/base/x\"", "5; url=\"https://front/a/x\""},
        {"5; url='/base/x;y' ", "5; url='/a/x;y' "},
        {"5; url='/base/x", "5; url='/a/x"},
        {"5; url='/base' x", "5; url='/a' x"},
        {"5; url=/base/x?url=/base ", "5; url=/a/x?url=/base "},
        {"5; url=http://other/x", "5; url=http://other/x"},
        {"5; url=", "5; url="},
        {"5; url='", "5; url='"},
        {"5; url=''", "5; url=''"},
        {"5; url", "5; url"},
        {"5; curl=/base/x", "5; curl=/base/x"},
        // "url=" may be missing (HTML), and browsers go there.
        {"5; /base/x", "5; /a/x"},
        {"5;http://b:8080/base/x", "5;https://front/a/x"},
        {"5, '/base/x'", "5, '/a/x'"},
        {"5;", "5;"},
        {"5", "5"},
        {"", ""},
        {"url=/base/x", "url=/base/x"},
    };
    for (const auto& [sent, expected] : cases) {
        CAPTURE(sent);
        CHECK(mapped("Refresh", sent) == expected);
        CHECK(mapped("REFRESH", sent) == expected);
    }
}

TEST_CASE("the front is last in the one Via field", "[response_head]")
{
    CHECK(edited({{"A", "1"}}, 10) == "A: 1\nVia: 1.0 v6front-1\n");
    CHECK(edited({{"via", "1.0 a"}, {"A", "1"}}) == "via: 1.0 a, 1.1 v6front-1\nA: 1\n");
    CHECK(edited({{"A", "1"}, {"Via", "1.0 a"}, {"B", "2"}, {"VIA", "1.1 b"}, {"C", "3"}}, 10) ==
          "A: 1\nVia: 1.0 a, 1.1 b, 1.0 v6front-1\nB: 2\nC: 3\n");
    CHECK(edited({{"Via", ""}, {"Via", "1.1 b"}}) == "Via: 1.1 b, 1.1 v6front-1\n");
}

TEST_CASE("values that an edit made live as long as the head", "[response_head]")
{
    response_head head;
    const std::string url = "http://b:8080/base/" + std::string(200, 'x');
    for (int i = 0; i < 50; ++i)
        head.fields.push_back({"Location", i % 2 == 0 ? std::string_view(url) : "/base/y"});
    edit_response_head(head, front_map(), &own_name);
    REQUIRE(head.fields.size() == 51);
    CHECK(head.rewritten.size() == 50); // all but Via, whose text is the front's
    for (std::size_t i = 0; i < 50; i += 2) {
        CHECK(head.fields[i].value == "https://front/a/" + std::string(200, 'x'));
        CHECK(head.fields[i + 1].value == "/a/y");
    }
    const response_head moved = std::move(head);
    CHECK(moved.fields[1].value == "/a/y");
    CHECK(moved.fields[50].value == "1.1 v6front-1");
}

TEST_CASE("a cleared head is as good as new", "[response_head]")
{
    response_head head;
    head.status = 200;
    head.version = 10;
    head.phrase = "OK";
    head.fields = {{"A", "1"}};
    head.content_length = 1;
    head.keep_alive = true;
    head.rewritten.emplace_back("x");
    head.clear();
    const response_head fresh;
    CHECK(head.status == fresh.status);
    CHECK(head.version == 11);
    CHECK(head.phrase.empty());
    CHECK(head.fields.empty());
    CHECK_FALSE(head.content_length);
    CHECK_FALSE(head.keep_alive);
    CHECK(head.rewritten.empty());
}
