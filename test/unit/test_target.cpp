// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/target.hpp"

#include "catch.hpp"

#include <vector>

using namespace v6front;

namespace
{

struct target_case {
    const char* raw;
    const char* path;
    std::optional<std::string_view> query;
    const char* route_path;
    const char* base;
    const char* expected;
};

struct pair {
    const char* raw;
    const char* path;
};

} // namespace

TEST_CASE("path and query of a request target", "[target]")
{
    const pair cases[] = {
        {"/", "/"},
        {"/a%20b?x=/y?z", "/a%20b?x=/y?z"},
        {"//h/x", "//h/x"},
        {"/http://h/", "/http://h/"},
        {"http://h", "/"},
        {"http://h/", "/"},
        {"http://h:80/a?x", "/a?x"},
        {"HTTP://h/a", "/a"},
        {"https://h//a", "//a"},
        {"http://h?x", "?x"},
        {"http://h?x/y", "?x/y"},
        {"*", "*"},
        {"h:80", "h:80"},
        {"", ""},
        {"x?y://z/w", "x?y://z/w"},
    };
    for (const pair& c : cases) {
        CAPTURE(c.raw);
        CHECK(origin_form(c.raw) == c.path);
    }
}

TEST_CASE("a raw path is faithful if it decodes to the path, once", "[target]")
{
    const pair cases[] = {
        {"/", "/"},
        {"/a/b", "/a/b"},
        {"/a%20b", "/a b"},
        {"/%61", "/a"},
        {"/%c3%A4", "/\xc3\xa4"},
        {"/\xc3\xa4", "/\xc3\xa4"},
        {"/100%25", "/100%"},
        {"/%2541", "/%41"},
        {"/a%3Fb%23c", "/a?b#c"},
        {"/a%0d%0ab", "/a\r\nb"},
        {"/a%2Fb", "/a/b"},
        {"/a%2Fb", "/a%2Fb"},
        {"/a%2fb", "/a%2fb"},
        {"/a%252Fb", "/a%2Fb"},
        {"//a///b", "/a/b"},
        {"//a///b", "//a///b"},
        {"//a///b", "//a/b"},
        {"/a//", "/a/"},
        {"/a%2F/b", "/a/b"},
        {"/a..b/.../.x/..y", "/a..b/.../.x/..y"},
        {"/a;b=c/d", "/a;b=c/d"},
    };
    for (const pair& c : cases) {
        CAPTURE(c.raw, c.path);
        CHECK(is_faithful(c.raw, c.path));
    }
}

TEST_CASE("a raw path that is something else is not faithful", "[target]")
{
    const pair cases[] = {
        {"", "/"},
        {"/", ""},
        {"/a", "/b"},
        {"/a", "/A"},
        {"/a", "/ab"},
        {"/ab", "/a"},
        {"/a/", "/a"},
        {"/a", "/a/"},
        {"/a/b", "/a//b"},
        {"/a//b", "/ab"},
        {"//", "///"},
        {"/%2541", "/A"}, // decoded twice
        {"/%41", "/%41"}, // not decoded
        {"/a%2Fb", "/a%2fb"},
        {"/a%", "/a%"},
        {"/a%4", "/a%4"},
        {"/a%zz", "/a%zz"},
        {"/a%-1", "/a%-1"},
        {"/a%00", "/a"},
        {"/a b", "/a b"},
        {"/a\tb", "/a\tb"},
        {"/a\r\nb", "/a\r\nb"},
        {"/a\x7f", "/a\x7f"},
        {"/a#b", "/a#b"},
        {"/a?b", "/a?b"},
    };
    for (const pair& c : cases) {
        CAPTURE(c.raw, c.path);
        CHECK_FALSE(is_faithful(c.raw, c.path));
    }
    CHECK_FALSE(is_faithful("/a%00", std::string_view("/a\0", 3)));
}

TEST_CASE("dot segments are never faithful", "[target]")
{
    for (const char* raw :
         {"/.", "/..", "/./", "/../", "/a/.", "/a/..", "/a/./b", "/a/../b", "/a//../b", "/%2e",
          "/%2E%2e", "/a/.%2e/b", "/a/%2e./b", "/a/%2e/b", "/a%2F..%2Fb", "/a/..%2fb", "/a%2F.."}) {
        CAPTURE(raw);
        std::string decoded;
        for (std::string_view rest = raw; !rest.empty();) {
            const bool encoded = rest[0] == '%';
            decoded += !encoded ? rest[0] : (rest[2] == 'e' || rest[2] == 'E') ? '.' : '/';
            rest.remove_prefix(encoded ? 3 : 1);
        }
        CHECK_FALSE(is_faithful(raw, decoded));
        CHECK_FALSE(is_faithful(raw, raw));
        CHECK_FALSE(is_faithful(raw, "/b"));
    }
}

TEST_CASE("a decoded path is encoded once", "[target]")
{
    CHECK(encode_path("/") == "/");
    CHECK(encode_path("") == "");
    CHECK(encode_path("/aZ09-._~!$&'()*+,;=:@/x") == "/aZ09-._~!$&'()*+,;=:@/x");
    CHECK(encode_path("/a b") == "/a%20b");
    CHECK(encode_path("/100%") == "/100%25");
    CHECK(encode_path("/%41") == "/%2541");
    CHECK(encode_path("/\xc3\xa4") == "/%C3%A4");
    CHECK(encode_path("/a?b#c[d]") == "/a%3Fb%23c%5Bd%5D");
    CHECK(encode_path("/\"<>\\^`{|}\r\n\x7f") == "/%22%3C%3E%5C%5E%60%7B%7C%7D%0D%0A%7F");
    CHECK(encode_path(std::string_view("\0\xff", 2)) == "%00%FF");
}

TEST_CASE("an encoded path is faithful to what was encoded", "[target]")
{
    std::string path = "/";
    for (int c = 1; c < 256; ++c) {
        path += static_cast<char>(c == '.' ? 'x' : c);
        CAPTURE(c);
        REQUIRE(is_faithful(encode_path(path), path));
    }
}

TEST_CASE("the target that a backend gets", "[target]")
{
    const std::vector<target_case> cases{
        // The client's own bytes, where they are faithful.
        {"/", "/", {}, "/", "/", "/"},
        {"/a%20b?x", "/a b", "x", "/", "/", "/a%20b?x"},
        {"/%7ea", "/~a", {}, "/", "/", "/%7ea"},
        {"//a//b", "/a/b", {}, "/", "/", "//a//b"},
        {"/a%2fb", "/a/b", {}, "/", "/", "/a%2fb"},
        {"/a%2Fb", "/a%2Fb", {}, "/", "/", "/a%2Fb"},
        {"/\xc3\xa4", "/\xc3\xa4", {}, "/", "/", "/\xc3\xa4"},
        {"http://h/a%20b?x", "/a b", "x", "/", "/", "/a%20b?x"},
        {"http://h", "/", {}, "/", "/", "/"},
        {"http://h?x", "/", "x", "/", "/", "/?x"},
        // The seam.
        {"/a/x%2dy", "/a/x-y", {}, "/a", "/base", "/base/x%2dy"},
        {"/a/x", "/a/x", {}, "/a", "/base/", "/base/x"},
        {"/a/x", "/a/x", {}, "/a/", "/base", "/base/x"},
        {"/a/x", "/a/x", {}, "/a/", "/base/", "/base/x"},
        {"/a/x", "/a/x", {}, "/a", "/", "/x"},
        {"/a", "/a", {}, "/a", "/base", "/base"},
        {"/a/", "/a/", {}, "/a", "/base", "/base/"},
        {"/a", "/a", "q", "/a", "/", "/?q"},
        {"/x", "/x", {}, "/", "/base", "/base/x"},
        {"/x", "/x", {}, "/", "/base%20/", "/base%20/x"},
        {"/a//x", "/a/x", {}, "/a", "/", "/x"},
        // Rewritten, or not safe to send: the path, encoded once.
        {"/old", "/new path", {}, "/", "/", "/new%20path"},
        {"/old?x", "/new", "y=1", "/", "/", "/new?y=1"},
        {"/old?x", "/new", {}, "/", "/", "/new"},
        {"/a/../b", "/b", {}, "/", "/", "/b"},
        {"/a/%2e%2e/b%20c", "/b c", {}, "/", "/", "/b%20c"},
        {"/%61/x", "/a/x", {}, "/a", "/base", "/base/x"},
        {"//a/x", "/a/x", {}, "/a", "/base", "/base/x"},
        {"/%c3%a4/100%25", "/\xc3\xa4/100%", {}, "/\xc3\xa4", "/%C3%A4", "/%C3%A4/100%25"},
        {"/old", "/a/100%", {}, "/a", "/b%25", "/b%25/100%25"},
        {"/a%zz", "/a%zz", {}, "/", "/", "/a%25zz"},
        {"/elsewhere", "/elsewhere", {}, "/a", "/base", "/base/elsewhere"},
        // The query: there or not, as httpd has it.
        {"/a?", "/a", "", "/", "/", "/a?"},
        {"/a?x", "/a", {}, "/", "/", "/a"},
        {"/a?%41?/\"|\xc3", "/a", "%41?/\"|\xc3", "/", "/", "/a?%41?/\"|\xc3"},
    };
    for (const target_case& c : cases) {
        CAPTURE(c.raw, c.path, c.route_path, c.base);
        CHECK(backend_target({c.raw, c.path, c.query}, c.route_path, c.base) == c.expected);
    }
}

TEST_CASE("a rewritten query cannot end the request line", "[target]")
{
    CHECK(backend_target({"/x", "/a", "b HTTP/1.1\r\nHost: evil\r\n\r\n#\x7f\t"}, "/", "/") ==
          "/a?b%20HTTP/1.1%0D%0AHost:%20evil%0D%0A%0D%0A%23%7F%09");
    CHECK(encoded_target("/a b\r\n", "x y") == "/a%20b%0D%0A?x%20y");
}

TEST_CASE("the target of an expanded path", "[target]")
{
    CHECK(encoded_target("/a", {}) == "/a");
    CHECK(encoded_target("/a%b", "") == "/a%25b?");
    CHECK(encoded_target("/a/\xc3", "x=%20") == "/a/%C3?x=%20");
    CHECK(encoded_target("a", {}) == "/a");
    CHECK(encoded_target("", "x") == "/?x");
}
