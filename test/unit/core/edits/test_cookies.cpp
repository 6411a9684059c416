// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/edits/cookies.hpp"
#include "mod_v6front/core/edits/response_edits.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

// What one front and one site make of a Set-Cookie field; "": nothing changes.
struct situation {
    front_origin client;
    const char* url;  // of the site
    const char* path; // on the front; nullptr: none (V6FrontPassMatch)
    cookie_rules rules{};
    bool secure = false;
    const char* other_url = nullptr; // a V6FrontPassReverse
    const char* other_path = nullptr;
};

std::string mapped(const situation& s, std::string_view cookie)
{
    const auto site = parse_backend_url(s.url);
    const auto other = parse_backend_url(s.other_url ? s.other_url : "http://none.test/");
    reverse_map urls(s.client, true, site);
    if (s.path)
        urls.add(site, s.path);
    if (s.other_url)
        urls.add(other, s.other_path);
    return cookie_map(urls, site.host, s.rules, s.secure).map(cookie).value_or("");
}

struct cookie_row {
    const char* said;
    const char* seen; // "": as it was said
};

void check(const situation& s, const std::vector<cookie_row>& rows)
{
    for (const cookie_row& r : rows) {
        CAPTURE(s.client.authority, s.url, r.said);
        CHECK(mapped(s, r.said) == r.seen);
    }
}

cookie_rules with_domain(std::string_view internal, std::string_view external)
{
    cookie_rules rules;
    add_cookie_domain(rules, internal, external);
    return rules;
}

cookie_rules with_path(std::string_view internal, std::string_view external)
{
    cookie_rules rules;
    add_cookie_path(rules, internal, external);
    return rules;
}

} // namespace

TEST_CASE("a Domain that the browser would refuse is taken out if it is the site's", "[cookies]")
{
    check({{"https", "www.example.org"}, "http://app.internal.lan/", "/"},
          {
              {"a=b", ""},
              {"a=b; Domain=app.internal.lan", "a=b"},
              {"a=b; Domain=.app.internal.lan", "a=b"},
              {"a=b; domain=APP.Internal.LAN; Path=/", "a=b; Path=/"},
              {"a=b; Path=/; DOMAIN = app.internal.lan ; HttpOnly", "a=b; Path=/; HttpOnly"},
              {"a=b;Domain=app.internal.lan;Secure", "a=b;Secure"},
              {"a=b; Domain=\"app.internal.lan\"", "a=b"},
              {"a=b; Domain=internal.lan", "a=b"},
              {"a=b; Domain=.internal.lan", "a=b"},
              // The last one counts (RFC 6265 5.3), so none may stay.
              {"a=b; Domain=internal.lan; Domain=app.internal.lan", "a=b"},
              // To these the client's host belongs.
              {"a=b; Domain=www.example.org", ""},
              {"a=b; Domain=.example.org", ""},
              {"a=b; Domain=Example.ORG", ""},
              // These are nobody's that is known here.
              {"a=b; Domain=lan", ""},
              {"a=b; Domain=.lan", ""},
              {"a=b; Domain=other.lan", ""},
              {"a=b; Domain=x.app.internal.lan", ""},
              {"a=b; Domain=ternal.lan", ""},
              {"a=b; Domain=app.internal.lan:8080", ""},
              {"a=b; Domain=", ""},
              {"a=b; Domain", ""},
              {"a=b; Domain=.", ""},
              {"a=b; Domain=..app.internal.lan", ""},
              {"a=b; X-Domain=app.internal.lan", ""},
              {"Domain=app.internal.lan", ""},
          });
}

TEST_CASE("nothing changes where site and front have one name", "[cookies]")
{
    check({{"http", "www.example.org"}, "http://www.example.org/", "/"},
          {
              {"a=b; Domain=www.example.org; Path=/", ""},
              {"a=b; Domain=.www.example.org; Path=/x/; Secure", ""},
              {"a=b; Domain=example.org; Path=/x", ""},
              {"a=b; Domain=other.org; Path=x", ""},
          });
}

TEST_CASE("the client's host may be an address, have a port, or be missing", "[cookies]")
{
    check({{"http", "[::1]:8080"}, "http://app.lan:81/", "/"}, {{"a=b; Domain=app.lan", "a=b"},
                                                                {"a=b; Domain=[::1]", ""},
                                                                {"a=b; Domain=::1", ""},
                                                                {"a=b; Domain=[::1]:8080", ""}});
    check({{"http", "www.example.org:8080"}, "http://app.lan:81/", "/"},
          {{"a=b; Domain=app.lan", "a=b"},
           {"a=b; Domain=www.example.org", ""},
           {"a=b; Domain=example.org", ""}});
    check({{"http", "192.0.2.1"}, "http://10.0.0.1/", "/"}, {{"a=b; Domain=10.0.0.1", "a=b"},
                                                             {"a=b; Domain=192.0.2.1", ""},
                                                             // Parts of addresses are no domains.
                                                             {"a=b; Domain=0.2.1", ""},
                                                             {"a=b; Domain=0.0.1", ""}});
    check({{"http", ""}, "http://app.lan/", "/"}, {{"a=b; Domain=app.lan", "a=b"}});
}

TEST_CASE("the site's name counts under an expression, and so does a V6FrontPassReverse",
          "[cookies]")
{
    check({{"http", "front.test"}, "http://app.lan/", nullptr},
          {{"a=b; Domain=app.lan; Path=/x", "a=b; Path=/x"}, {"a=b; Domain=sso.lan", ""}});
    check({{"http", "front.test"},
           "http://app.lan/",
           nullptr,
           {},
           false,
           "http://sso.lan/login/",
           "/sso/"},
          {{"a=b; Domain=sso.lan; Path=/login/", "a=b; Path=/sso/"}});
}

TEST_CASE("a Path of the site becomes the front's", "[cookies]")
{
    check({{"http", "front.test"}, "http://app.lan/base/", "/shop/"},
          {
              {"a=b; Path=/base/", "a=b; Path=/shop/"},
              {"a=b; path = /base/x/y ;x", "a=b; path = /shop/x/y ;x"},
              {"a=b;Path=\"/base/x\"", "a=b;Path=\"/shop/x\""},
              {"a=b; Path=/base", "a=b; Path=/shop/"},
              {"a=b; Path=/base/; Path=/base/x", "a=b; Path=/shop/; Path=/shop/x"},
              {"a=b; Path=/base//evil", "a=b; Path=/shop/evil"},
              // A browser sends it wherever it is needed.
              {"a=b; Path=/", ""},
              // These are another site's, or the site knows the front.
              {"a=b; Path=/basement", ""},
              {"a=b; Path=/shop/", ""},
              {"a=b; Path=/shop", ""},
              {"a=b; Path=/shop/x", ""},
              {"a=b; Path=/Base/", ""},
              {"a=b; Path=", ""},
              {"a=b; Path", ""},
              {"a=b; Path=base/", ""},
              {"a=b; Path=http://app.lan/base/", ""},
              {"Path=/base/", ""},
          });
    check({{"http", "front.test"}, "http://app.lan/", "/shop"},
          {
              {"a=b; Path=/", "a=b; Path=/shop"},
              {"a=b; Path=/x", "a=b; Path=/shop/x"},
              {"a=b; Path=/x/", "a=b; Path=/shop/x/"},
              {"a=b; Path=/shop", ""},
              {"a=b; Path=/shop/", ""},
          });
    check({{"http", "front.test"}, "http://app.lan/", "/shop/"},
          {{"a=b; Path=/", "a=b; Path=/shop/"}, {"a=b; Path=/x", "a=b; Path=/shop/x"}});
    check({{"http", "front.test"}, "http://app.lan/base", "/"},
          {
              {"a=b; Path=/base", "a=b; Path=/"},
              {"a=b; Path=/base/", "a=b; Path=/"},
              {"a=b; Path=/base/x", "a=b; Path=/x"},
              {"a=b; Path=/", ""},
          });
}

TEST_CASE("a Path above the site's part becomes the front's part", "[cookies]")
{
    check({{"http", "front.test"}, "http://app.lan/a/b/", "/shop/"},
          {{"a=b; Path=/a", "a=b; Path=/shop/"},
           {"a=b; Path=/a/", "a=b; Path=/shop/"},
           {"a=b; Path=/a/b", "a=b; Path=/shop/"},
           {"a=b; Path=/a/c", ""},
           {"a=b; Path=/", ""}});
}

TEST_CASE("a __Host- cookie is for \"/\" or refused", "[cookies]")
{
    check({{"https", "front.test"}, "http://app.lan/", "/shop/"},
          {{"__Host-a=b; Secure; Path=/", ""},
           {"__HOST-a=b; Secure; Path=/", ""},
           {"__Secure-a=b; Secure; Path=/", "__Secure-a=b; Secure; Path=/shop/"},
           {"a=__Host-; Path=/", "a=__Host-; Path=/shop/"}});
}

TEST_CASE("rules come before what is automatic", "[cookies]")
{
    const auto domain = with_domain("sso.lan", ".example.org");
    check({{"http", "www.example.org"}, "http://app.lan/", "/", domain},
          {
              {"a=b; Domain=sso.lan", "a=b; Domain=.example.org"},
              {"a=b; Domain=.SSO.lan; Path=/", "a=b; Domain=.example.org; Path=/"},
              {"a=b; Domain=\"sso.lan\"", "a=b; Domain=\".example.org\""},
              {"a=b; Domain=x.sso.lan", ""},
              {"a=b; Domain=app.lan", "a=b"},
          });
    check({{"http", "www.example.org"}, "http://app.lan/", "/", with_domain(".app.lan", "x.test")},
          {{"a=b; Domain=app.lan", "a=b; Domain=x.test"}});
    // Even where the browser would take it as it is.
    check({{"http", "www.example.org"},
           "http://app.lan/",
           "/",
           with_domain("example.org", "www.example.org")},
          {{"a=b; Domain=.example.org", "a=b; Domain=www.example.org"}});
    auto paths = with_path("/app", "/x/");
    add_cookie_path(paths, "/app/deep", "/y");
    add_cookie_path(paths, "/base/", "/z");
    check({{"http", "www.example.org"}, "http://app.lan/base/", "/shop/", paths},
          {
              {"a=b; Path=/app", "a=b; Path=/x/"},
              {"a=b; Path=/app/q", "a=b; Path=/x/q"},
              {"a=b; Path=/app/deep/q", "a=b; Path=/y/q"},
              {"a=b; Path=/apple", ""},
              {"a=b; Path=/base/q", "a=b; Path=/z/q"},
              {"a=b; Path=/base", "a=b; Path=/z"},
              {"__Host-a=b; Path=/app", ""},
          });
    check({{"http", "www.example.org"}, "http://app.lan/base/", "/shop/", with_path("/", "/shop")},
          {{"a=b; Path=/", "a=b; Path=/shop"}, {"a=b; Path=/q", "a=b; Path=/shop/q"}});
}

TEST_CASE("Secure is added once", "[cookies]")
{
    situation s{{"https", "front.test"}, "http://app.lan/", "/"};
    s.secure = true;
    check(s, {
                 {"a=b", "a=b; Secure"},
                 {"a=b;", "a=b;; Secure"},
                 {"a=b; Path=/; HttpOnly", "a=b; Path=/; HttpOnly; Secure"},
                 {"a=b; Domain=app.lan", "a=b; Secure"},
                 {"a=b; secure; Path=/", ""},
                 {"a=b; SECURE=no", ""},
                 {"a=Secure; SecureX", "a=Secure; SecureX; Secure"},
                 {"", "; Secure"},
                 {"a=\"x; y\"", ""},
             });
}

TEST_CASE("what is odd in a cookie stays octet by octet", "[cookies]")
{
    check({{"http", "front.test"}, "http://app.lan/base/", "/shop/"},
          {
              {"", ""},
              {";", ""},
              {"=", ""},
              {"a", ""},
              {"a=b=c; Path=/base/", "a=b=c; Path=/shop/"},
              {"a=\"x y\";Path=/base/", "a=\"x y\";Path=/shop/"},
              {"  a=b ;;; Path=/base/;\tPriority=High; SameSite=None; Partitioned;=;",
               "  a=b ;;; Path=/shop/;\tPriority=High; SameSite=None; Partitioned;=;"},
              {"a=1,2, 3; Expires=Sat, 28 Nov 2026 01:02:03 GMT; Path=/base/; Max-Age=0",
               "a=1,2, 3; Expires=Sat, 28 Nov 2026 01:02:03 GMT; Path=/shop/; Max-Age=0"},
              {"a=\xff\x80; Path=/base/\xc3\xa4", "a=\xff\x80; Path=/shop/\xc3\xa4"},
              // Read as one cookie or as two, the attribute is the same.
              {"a=1, b=2; Path=/base/", "a=1, b=2; Path=/shop/"},
              // A semicolon within quotes: browsers end the value there, others do not.
              {"a=\"x; Path=/base/\"; Path=/base/", ""},
              {"a=\"x; Path=/base/", ""},
              {"a=b; Comment=\"x; y\"; Path=/base/", ""},
              // Several cookies in one field.
              {"a=1; Path=/base/, b=2; Path=/base/", ""},
              {"a=1; HttpOnly,b=2; Path=/base/", ""},
              {"a=1; Expires=Sat, 28 Nov 2026 01:02:03 GMT, b=2; Path=/base/", ""},
              {"a=1; Path=/base/, Domain=app.lan, b=2", ""},
          });
}

TEST_CASE("a cookie's Path is about its site, which may know the front's", "[cookies]")
{
    check({{"http", "front.test"}, "http://app.lan/", "/shop/"},
          {
              {"a=b; Path=/shop", ""},
              {"a=b; Path=/shop/x", ""},
              {"a=b; Path=/shopping", "a=b; Path=/shop/shopping"},
              {"a=b; Path=/x", "a=b; Path=/shop/x"},
          });
    check({{"http", "front.test"},
           "http://app.lan/",
           "/shop/",
           {},
           false,
           "http://two.lan/app/",
           "/two/"},
          {{"a=b; Path=/app/", "a=b; Path=/shop/app/"}});
}

TEST_CASE("each Set-Cookie of a head is mapped, and no other field", "[cookies]")
{
    const auto site = parse_backend_url("http://app.lan/base/");
    reverse_map urls({"http", "front.test"}, true, site);
    urls.add(site, "/shop/");
    const cookie_rules none;
    response_head head;
    head.fields = {{"Set-Cookie", "a=1; Path=/base/"},
                   {"X-Set-Cookie", "b=1; Path=/base/"},
                   {"set-cookie", "c=1; Domain=app.lan"},
                   {"Set-Cookie2", "d=1; Path=/base/"},
                   {"SET-COOKIE", "e=1"}};
    edit_cookies(head, {urls, site.host, none, false});
    std::vector<std::string> seen;
    for (const auto& f : head.fields)
        seen.push_back(std::string(f.name) + ": " + std::string(f.value));
    CHECK(seen == std::vector<std::string>{"Set-Cookie: a=1; Path=/shop/",
                                           "X-Set-Cookie: b=1; Path=/base/", "set-cookie: c=1",
                                           "Set-Cookie2: d=1; Path=/base/", "SET-COOKIE: e=1"});
}
