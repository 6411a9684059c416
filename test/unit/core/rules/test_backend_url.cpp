// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/rules/backend_url.hpp"

#include "mod_v6front/core/rules/settings.hpp"

#include "catch.hpp"

#include <vector>

using namespace v6front;

namespace
{

struct accepted {
    const char* text;
    const char* host;
    unsigned port;
    const char* path;
    const char* again; // text()
    const char* authority;
};

struct refused {
    const char* text;
    const char* why; // a part of the sentence
};

const std::string label63(63, 'a');

} // namespace

TEST_CASE("URLs of backends", "[backend_url]")
{
    const std::vector<accepted> cases{
        {"http://h", "h", 80, "/", "http://h/", "h"},
        {"http://h/", "h", 80, "/", "http://h/", "h"},
        {"http://h:80/", "h", 80, "/", "http://h/", "h"},
        {"http://h:080/", "h", 80, "/", "http://h/", "h"},
        {"http://h:8080", "h", 8080, "/", "http://h:8080/", "h:8080"},
        {"http://h:1/", "h", 1, "/", "http://h:1/", "h:1"},
        {"http://h:65535/", "h", 65535, "/", "http://h:65535/", "h:65535"},
        {"HTTP://WWW.Example.ORG/Path/", "www.example.org", 80, "/Path/",
         "http://www.example.org/Path/", "www.example.org"},
        {"http://a_b-1.example./x", "a_b-1.example.", 80, "/x", "http://a_b-1.example./x",
         "a_b-1.example."},
        {"http://192.0.2.1:81/x/y", "192.0.2.1", 81, "/x/y", "http://192.0.2.1:81/x/y",
         "192.0.2.1:81"},
        {"http://1a/", "1a", 80, "/", "http://1a/", "1a"},
        {"http://1.example/", "1.example", 80, "/", "http://1.example/", "1.example"},
        {"http://0xcafe.example/", "0xcafe.example", 80, "/", "http://0xcafe.example/",
         "0xcafe.example"},
        // As written, never decoded.
        {"http://h/%7Ea/%2f/a;b=c/$1", "h", 80, "/%7Ea/%2f/a;b=c/$1", "http://h/%7Ea/%2f/a;b=c/$1",
         "h"},
        {"http://h/%7e", "h", 80, "/%7e", "http://h/%7e", "h"},
        {"http://h//x", "h", 80, "//x", "http://h//x", "h"},
        {"http://h/a@b:c", "h", 80, "/a@b:c", "http://h/a@b:c", "h"},
        {"https://h", "h", 443, "/", "https://h/", "h"},
        {"HTTPS://H:443/x", "h", 443, "/x", "https://h/x", "h"},
        {"https://h:80/", "h", 80, "/", "https://h:80/", "h:80"},
        {"http://h:443/", "h", 443, "/", "http://h:443/", "h:443"},
        {"https://192.0.2.1:8443", "192.0.2.1", 8443, "/", "https://192.0.2.1:8443/",
         "192.0.2.1:8443"},
    };
    for (const accepted& c : cases) {
        CAPTURE(c.text);
        const backend_url url = parse_backend_url(c.text);
        CHECK(url.host == c.host);
        CHECK(url.port == c.port);
        CHECK(url.path == c.path);
        CHECK(url.text() == c.again);
        CHECK(url.authority() == c.authority);
        CHECK(url.tls == url.text().starts_with("https:"));
    }
    CHECK(parse_backend_url("http://" + label63 + ".x").host == label63 + ".x");
}

TEST_CASE("what is no backend is refused, with the reason", "[backend_url]")
{
    const std::vector<refused> cases{
        {"", "no scheme"},
        {"h", "no scheme"},
        {"h:8080/x", "no scheme"},
        {"//h/x", "no scheme"},
        {"/x", "no scheme"},
        {"://h/", "no scheme"},
        {"http:/h/", "no scheme"},
        {"/x?http://h/", "no scheme"},
        {"https:/h/", "no scheme"},
        {"https://", "no host"},
        {"https://[::1]/", "IPv6"},
        {"https://h:0/", "port"},
        {"ws://h/", "write http://"},
        {"wss://h/", "write https://"},
        {"httpss://h/", "scheme that is not supported"},
        {"ftp://h/", "scheme that is not supported"},
        {"httpx://h/", "scheme that is not supported"},
        {"http+unix://h/", "scheme that is not supported"},
        {"http://[2001:db8::1]/", "IPv6"},
        {"http://[2001:db8::1]:80/", "IPv6"},
        {"http://[::ffff:192.0.2.1]/", "IPv6"},
        {"http://[x]/", "IPv6"},
        {"http://[::1", "IPv6"},
        {"http://2001:db8::1/", "IPv6"},
        {"http://::1", "IPv6"},
        {"http://", "no host"},
        {"http:///x", "no host"},
        {"http://:80/", "no host"},
        {"http://user@h/", "user information"},
        {"http://user:secret@h:80/", "user information"},
        {"http://@h/", "user information"},
        {"http://a b/", "neither a name"},
        {"http://a..b/", "neither a name"},
        {"http://.a/", "neither a name"},
        {"http://./", "neither a name"},
        {"http://a../", "neither a name"},
        {"http://a:1:2/", "neither a name"},
        {"http://h%41/", "neither a name"},
        {"http://h\\x/", "neither a name"},
        {"http://h\xc3\xa4/", "neither a name"},
        {"http://$1/", "neither a name"},
        {"http://h*/", "neither a name"},
        {"http://127.1/", "four decimal numbers"},
        {"http://256.0.0.1/", "four decimal numbers"},
        {"http://192.0.2.01/", "four decimal numbers"},
        {"http://192.0.2.1./", "four decimal numbers"},
        {"http://2130706433/", "four decimal numbers"},
        {"http://0x7f000001/", "four decimal numbers"},
        {"http://0X7F.0.0.0X1/", "four decimal numbers"},
        {"http://h:/", "port"},
        {"http://h:0/", "port"},
        {"http://h:65536/", "port"},
        {"http://h:4294967376/", "port"},
        {"http://h:99999999999999999999/", "port"},
        {"http://h:+80/", "port"},
        {"http://h:-1/", "port"},
        {"http://h:80a/", "port"},
        {"http://h:a80/", "port"},
        {"http://h: 80/", "port"},
        {"http://h/?x", "query"},
        {"http://h?x", "query"},
        {"http://h/x#y", "fragment"},
        {"http://h#y", "fragment"},
        {"http://h\xc3\xa4/", "ASCII form (xn--...)"},
        {"http://h*/", "it cannot have \"*\""},
        {"http://a b/", "it cannot have a blank"},
        {"http://224.0.0.1/", "no site can have"},
        {"http://239.255.255.255/", "no site can have"},
        {"http://255.255.255.255/", "no site can have"},
        {"http://h/\xc3", "has %C3 in its path"},
        {"http://h/\\1", "has \"\\\" in its path, which must be percent-encoded; a group of a "
                         "V6FrontPassMatch is written $1"},
        {"http://h/a ", "has a blank in its path"},
        {"http://h/a b", "percent-encoded"},
        {"http://h/a\r\nb", "percent-encoded"},
        {"http://h/\xc3\xa4", "percent-encoded"},
        {"http://h/a%", "percent-encoded"},
        {"http://h/a%4", "percent-encoded"},
        {"http://h/a%4g", "percent-encoded"},
        {"http://h/a%g4", "percent-encoded"},
        {"http://h/\"", "percent-encoded"},
    };
    for (const refused& c : cases) {
        CAPTURE(c.text);
        CHECK_THROWS_AS(parse_backend_url(c.text), setting_error);
        CHECK_THROWS_WITH(parse_backend_url(c.text),
                          ContainsSubstring(c.why) &&
                              ContainsSubstring("\"" + std::string(c.text) + "\""));
    }
    CHECK_THROWS_WITH(parse_backend_url("http://a" + label63 + "/"),
                      ContainsSubstring("neither a name"));
    std::string long_name;
    for (int i = 0; i < 127; ++i)
        long_name += "a.";
    CHECK(parse_backend_url("http://" + long_name).host.size() == 254); // 253 and the root's dot
    CHECK_THROWS_WITH(parse_backend_url("http://b" + long_name),
                      ContainsSubstring("neither a name"));
}

TEST_CASE("a host alone", "[backend_url]")
{
    CHECK(parse_host_name("WWW.example.org") == "www.example.org");
    CHECK(parse_host_name("192.0.2.1") == "192.0.2.1");
    const std::vector<refused> cases{
        {"https://a.example/", "is a URL; write the name alone: \"a.example\""},
        {"a.example:443", "port and path belong in V6FrontPass"},
        {"a.example/", "port and path belong in V6FrontPass"},
        {"2001:db8::1", "IPv4 only"},
        {"1.2.3", "is not an IPv4 address"},
        {"1.2.3.256", "is not an IPv4 address"},
        {"", "not a host name"},
    };
    for (const refused& c : cases) {
        CAPTURE(c.text);
        CHECK_THROWS_WITH(parse_host_name(c.text), ContainsSubstring(c.why));
    }
}

TEST_CASE("IPv4 addresses", "[backend_url]")
{
    using quad = std::array<std::uint8_t, 4>;
    CHECK(parse_ipv4("0.0.0.0") == quad{0, 0, 0, 0});
    CHECK(parse_ipv4("127.0.0.1") == quad{127, 0, 0, 1});
    CHECK(parse_ipv4("192.0.2.10") == quad{192, 0, 2, 10});
    CHECK(parse_ipv4("255.255.255.255") == quad{255, 255, 255, 255});
    for (const char* text :
         {"",          ".",         "...",        "1",         "1.2",      "1.2.3",    "1.2.3.",
          ".1.2.3",    "1..2.3",    "1.2.3.4.",   "1.2.3.4.5", "1.2.3.4 ", " 1.2.3.4", "256.1.1.1",
          "1.1.1.256", "1.1.1.999", "1.1.1.1000", "01.1.1.1",  "1.1.1.00", "1.1.1.01", "0x1.1.1.1",
          "+1.1.1.1",  "-1.1.1.1",  "a.b.c.d",    "1.2.3.4/8", "1,2,3,4",  "::1"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_ipv4(text));
    }
}

TEST_CASE("IPv6 addresses are recognised", "[backend_url]")
{
    for (const char* text : {"::", "::1", "1::", "2001:db8::1", "2001:DB8::1", "1:2:3:4:5:6:7:8",
                             "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "::ffff:192.0.2.1",
                             "1:2:3:4:5:6:192.0.2.1", "64:ff9b::192.0.2.1", "[::1]",
                             "[2001:db8::1]", "fe80::1%eth0", "[fe80::1%25eth0]", "fe80::1%"}) {
        CAPTURE(text);
        CHECK(looks_like_ipv6(text));
    }
    for (const char* text : {"",
                             ":",
                             "[]",
                             "[::1",
                             "::1]",
                             "%eth0",
                             ":::",
                             "1:::2",
                             "1::2::3",
                             "1:2:3:4:5:6:7",
                             "1:2:3:4:5:6:7:8:9",
                             "1:2:3:4:5:6:7:8:",
                             "::1:",
                             "1:2:3:4:5:6:7:8::",
                             "1:2:3:4:5:6:7:",
                             ":1:2:3:4:5:6:7",
                             "12345::",
                             "g::",
                             "192.0.2.1",
                             "::192.0.2",
                             "::192.0.2.256",
                             "192.0.2.1::",
                             "1:2:3:4:5:6:7:192.0.2.1",
                             "::192.0.2.1:1",
                             "localhost:80",
                             "h:1:2",
                             "dead:beef",
                             "www.example.org"}) {
        CAPTURE(text);
        CHECK_FALSE(looks_like_ipv6(text));
    }
}
