// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/edits/target.hpp"

#include "mod_v6front/core/message/target_form.hpp"

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
        {"/a//x", "/a/x", {}, "/a", "/", "//x"},
        {"/a//x", "/a/x", {}, "/a/", "/base/", "/base//x"},
        {"//x//", "/x/", {}, "/", "/base", "/base//x//"},
        {"//a///x/", "/a/x/", {}, "/a", "/base", "/base///x/"},
        {"/%61/%78", "/a/x", {}, "/a", "/base", "/base/%78"},
        // Rewritten, or not safe to send: the path, encoded once.
        {"/old", "/new path", {}, "/", "/", "/new%20path"},
        {"/old?x", "/new", "y=1", "/", "/", "/new?y=1"},
        {"/old?x", "/new", {}, "/", "/", "/new"},
        {"/a/../b", "/c", {}, "/", "/", "/c"},
        {"/a/%2e%2e/b%20c", "/c d", {}, "/", "/", "/c%20d"},
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
        const auto made = backend_target({c.raw, c.path, c.query}, c.route_path, c.base);
        REQUIRE(made.has_value());
        CHECK(*made == c.expected);
    }
}

TEST_CASE("a target that two readers could understand differently is refused", "[target]")
{
    const pair cases[] = {
        {"/a/../b", "/b"},
        {"/a/./b", "/a/b"},
        {"/a/%2e%2e/b%20c", "/b c"},
        {"/a/..", "/"},
        {"/a/.", "/a/"},
        {"/..", "/"},
        {"/a//../b", "/b"},
        {"/a/..//b", "/b"},
        {"/a%2f..%2fb", "/b"},
        {"/a%2f../b", "/a%2f../b"}, // AllowEncodedSlashes NoDecode
        {"http://h/a/../b", "/b"},
        {"/a#b", "/a"},
        {"/a?b#c", "/a"},
    };
    for (const pair& c : cases) {
        CAPTURE(c.raw, c.path);
        const auto made = backend_target({c.raw, c.path, {}}, "/", "/");
        REQUIRE(made.has_error());
        CHECK(made.error().reason == reason::unfit_target);
        CHECK(made.error().detail.ends_with(c.raw));
        const matched_group whole[] = {{0, std::string_view(c.path).size()}};
        CHECK(expanded_target({c.raw, c.path, {}}, "$0", whole).has_error());
    }
    // What follows the route's path is a part of its last segment, or not: who knows?
    CHECK(backend_target({"/a%2Fx", "/a/x", {}}, "/a", "/base").has_error());
    CHECK(backend_target({"/a%2Fx", "/a/x", {}}, "/", "/base").has_value());
    // Not the client's: ErrorDocument, SSI.
    const auto internal = backend_target({"/a/../b", "/b", {}, false}, "/", "/");
    REQUIRE(internal.has_value());
    CHECK(*internal == "/b");
}

TEST_CASE("the form of a request target", "[target]")
{
    using kind = target_form::kind;
    struct row {
        const char* method;
        const char* raw;
        kind what;
        const char* authority = "";
        const char* host = "";
    };
    const row rows[] = {
        {"GET", "/", kind::origin},
        {"GET", "//h/x", kind::origin},
        {"OPTIONS", "*", kind::asterisk},
        {"GET", "*", kind::none},
        {"CONNECT", "h:443", kind::authority},
        {"CONNECT", "/", kind::authority},
        {"GET", "http://h", kind::absolute, "h", "h"},
        {"GET", "HTTP://H:80/x", kind::absolute, "H:80", "H"},
        {"GET", "https://[::1]:8443?x", kind::absolute, "[::1]:8443", "::1"},
        {"GET", "http://[::1]/", kind::absolute, "[::1]", "::1"},
        {"GET", "http:/h/x", kind::none},
        {"GET", "http:h", kind::none},
        {"GET", "http:///x", kind::none},
        {"GET", "http://:80/", kind::none},
        {"GET", "http://u@h/", kind::none},
        {"GET", "http://[h/", kind::none},
        {"GET", "ftp://h/", kind::none},
        {"GET", "h:80", kind::none},
        {"GET", "x", kind::none},
        {"GET", "", kind::none},
    };
    for (const row& r : rows) {
        CAPTURE(r.method, r.raw);
        const auto form = form_of(r.method, r.raw);
        CHECK(form.form == r.what);
        CHECK(form.authority == r.authority);
        CHECK(form.host == r.host);
    }
}

TEST_CASE("a form that is not for this front", "[target]")
{
    const auto verdict = [](const char* method, const char* raw, bool own_host) {
        const auto unfit = unfit_form(form_of(method, raw), "http", own_host);
        return unfit ? describe(unfit->reason).status : 200;
    };
    CHECK(verdict("GET", "/", false) == 200);
    CHECK(verdict("OPTIONS", "*", false) == 200);
    CHECK(verdict("GET", "http://h/", true) == 200);
    CHECK(verdict("GET", "HTTP://h/", true) == 200);
    CHECK(verdict("GET", "http://h/", false) == 421);
    CHECK(verdict("GET", "https://h/", true) == 421);
    CHECK(verdict("CONNECT", "h:443", true) == 405);
    CHECK(verdict("GET", "http:/h/x", true) == 400);
}

TEST_CASE("a rewritten query cannot end the request line", "[target]")
{
    const auto made =
        backend_target({"/x", "/a", "b HTTP/1.1\r\nHost: evil\r\n\r\n#\x7f\t"}, "/", "/");
    REQUIRE(made.has_value());
    CHECK(*made == "/a?b%20HTTP/1.1%0D%0AHost:%20evil%0D%0A%0D%0A%23%7F%09");
}

TEST_CASE("the target of a pattern with groups", "[target]")
{
    struct row {
        const char* raw;
        const char* path;
        std::vector<matched_group> groups;
        const char* pattern;
        const char* expected;
    };
    const std::vector<row> rows{
        {"/a", "/a", {{0, 2}}, "/x", "/x"},
        {"/a", "/a", {{0, 2}}, "/x$0", "/x/a"},
        {"/a%20b/c", "/a b/c", {{0, 6}, {1, 4}, {5, 6}}, "/$2/$1%20", "/c/a%20b%20"},
        {"/a%2Fb", "/a/b", {{0, 4}, {1, 4}}, "/$1", "/a%2Fb"},
        {"/a%2Fb", "/a%2Fb", {{0, 6}, {1, 6}}, "/$1", "/a%2Fb"},
        {"//a//b", "/a/b", {{0, 4}, {1, 2}, {2, 4}}, "/$1$2", "/a//b"},
        {"/\xc3\xa4", "/\xc3\xa4", {{0, 3}, {1, 3}}, "/$1", "/\xc3\xa4"},
        {"/a", "/a", {{0, 2}}, "/$5$", "/$"},
        {"/old", "/new path%", {{0, 10}, {1, 10}}, "/$1", "/new%20path%25"}, // rewritten
    };
    for (const row& r : rows) {
        CAPTURE(r.raw, r.pattern);
        const auto made = expanded_target({r.raw, r.path, "q=$1"}, r.pattern, r.groups);
        REQUIRE(made.has_value());
        CHECK(*made == std::string(r.expected) + "?q=$1");
    }
}
