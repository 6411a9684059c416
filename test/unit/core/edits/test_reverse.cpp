// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/edits/reverse.hpp"

#include "catch.hpp"

#include <deque>
#include <utility>
#include <vector>

using namespace v6front;

namespace
{

constexpr bool preserved = true;
constexpr bool replaced = false;

// A map and the rules that it refers to; the first is for the site that is asked.
class rules
{
public:
    rules(front_origin origin, bool host_preserved,
          std::initializer_list<std::pair<const char*, const char*>> list)
        : site_(parse_backend_url(list.size() > 0 ? list.begin()->first : "http://b/")),
          map_(origin, host_preserved, site_)
    {
        for (const auto& [url, path] : list) {
            kept_.push_back({parse_backend_url(url), path});
            map_.add(kept_.back().backend, kept_.back().path);
        }
    }
    std::string operator()(std::string_view url) const { return map_.map(url).value_or("none"); }

private:
    std::deque<reverse_rule> kept_;
    backend_url site_;
    reverse_map map_;
};

} // namespace

TEST_CASE("absolute URLs of the backend become the front's", "[reverse]")
{
    const rules map({"https", "front:444"}, replaced, {{"http://b/base", "/a"}});
    CHECK(map("http://b/base/x") == "https://front:444/a/x");
    CHECK(map("http://b/base") == "https://front:444/a");
    CHECK(map("http://b/base/") == "https://front:444/a/");
    CHECK(map("http://b/base/x?y=http://b/base#z") == "https://front:444/a/x?y=http://b/base#z");
    CHECK(map("http://b/base?y") == "https://front:444/a?y");
    CHECK(map("http://b/base#y") == "https://front:444/a#y");
    CHECK(map("HTTP://B/base/X") == "https://front:444/a/X");
    CHECK(map("http://b:80/base/x") == "https://front:444/a/x");
    CHECK(map("http://b:/base/x") == "https://front:444/a/x");
    CHECK(map("http://b/base/%2F%20") == "https://front:444/a/%2F%20");
}

TEST_CASE("URLs that are not the backend's stay as they are", "[reverse]")
{
    const rules map({"http", "front"}, replaced, {{"http://b/base", "/a"}});
    for (const char* url : {"http://other/base/x",
                            "http://b.org/base",
                            "http://xb/base",
                            "http://b:81/base/x",
                            "http://b:80x/base",
                            "http://b:080000000000000000/base",
                            "http://b/basement",
                            "http://b/Base/x",
                            "http://b/x",
                            "http://b",
                            "https://b/base/x",
                            "https://b:80/base",
                            "ftp://b/base/x",
                            "http:/base/x",
                            "http:base",
                            "http://user@b/base",
                            "http://front/base/x",
                            "http://b@evil/base",
                            "http://b:80@evil/base",
                            "httpx://b/base",
                            "mailto:a@b/base",
                            "",
                            "x",
                            "base/x",
                            "../base",
                            "?x",
                            "#x",
                            "http",
                            "http://[::1]/base"}) {
        CAPTURE(url);
        CHECK(map(url) == "none");
    }
}

TEST_CASE("scheme-relative references stay scheme-relative", "[reverse]")
{
    const rules map({"https", "front"}, replaced, {{"http://b:8080/base", "/a"}});
    CHECK(map("//b:8080/base/x?y") == "//front/a/x?y");
    CHECK(map("//B:8080/base") == "//front/a");
    CHECK(map("//b/base/x") == "none");
    CHECK(map("//other:8080/base/x") == "none");
    CHECK(map("///base/x") == "none");
    CHECK(map("//") == "none");
}

TEST_CASE("absolute paths stay absolute paths", "[reverse]")
{
    const rules map({"https", "front"}, replaced, {{"http://b:8080/base", "/a"}});
    CHECK(map("/base/x?y#z") == "/a/x?y#z");
    CHECK(map("/base") == "/a");
    CHECK(map("/base/") == "/a/");
    CHECK(map("/basement") == "none");
    CHECK(map("/") == "none");
}

TEST_CASE("an absolute path never turns into the name of another host", "[reverse]")
{
    CHECK(rules({"http", "front"}, replaced, {{"http://b/base", "/"}})("/base//evil/x") ==
          "/evil/x");
    CHECK(rules({"http", "front"}, replaced, {{"http://b/base/", "/"}})("/base///evil") == "/evil");
}

TEST_CASE("the seam has one slash", "[reverse]")
{
    const front_origin origin{"http", "front"};
    CHECK(rules(origin, replaced, {{"http://b", "/a"}})("http://b/x") == "http://front/a/x");
    CHECK(rules(origin, replaced, {{"http://b", "/a"}})("http://b") == "http://front/a/");
    CHECK(rules(origin, replaced, {{"http://b", "/a"}})("http://b?x") == "http://front/a/?x");
    CHECK(rules(origin, replaced, {{"http://b", "/a/"}})("/x") == "/a/x");
    CHECK(rules(origin, replaced, {{"http://b/base/", "/a"}})("/base/x") == "/a/x");
    CHECK(rules(origin, replaced, {{"http://b/base/", "/a"}})("/base") == "none");
    CHECK(rules(origin, replaced, {{"http://b/base", "/"}})("/base") == "/");
    CHECK(rules(origin, replaced, {{"http://b/base", "/"}})("/base/x") == "/x");
    CHECK(rules(origin, replaced, {{"http://b/", "/"}})("/x") == "/x");
}

TEST_CASE("the longest backend path wins, then the rule added first", "[reverse]")
{
    const rules map({"http", "front"}, replaced,
                    {{"http://b/", "/top"},
                     {"http://b/x/y", "/deep"},
                     {"http://b/x", "/x"},
                     {"http://b/x", "/later"},
                     {"http://c/x/y/z", "/other"}});
    CHECK(map("http://b/x/y/z") == "http://front/deep/z");
    CHECK(map("http://b/x/z") == "http://front/x/z");
    CHECK(map("http://b/xy") == "http://front/top/xy");
    CHECK(map("http://c/x/y/z") == "http://front/other");
    CHECK(map("http://c/x") == "none");
}

TEST_CASE("with its Host preserved the site names itself by the front's name", "[reverse]")
{
    const rules map({"https", "www.example.org"}, preserved, {{"http://b:8080/base", "/a"}});
    CHECK(map("http://www.example.org/base/x") == "https://www.example.org/a/x");
    CHECK(map("https://www.example.org/base/x") == "https://www.example.org/a/x");
    CHECK(map("HTTP://WWW.Example.ORG/base") == "https://www.example.org/a");
    CHECK(map("//www.example.org/base/x") == "//www.example.org/a/x");
    CHECK(map("http://b:8080/base/x") == "https://www.example.org/a/x");
    CHECK(map("http://www.example.org/x") == "none");
    // By its own port, too: it has no other name for where it listens.
    CHECK(map("http://www.example.org:8080/base") == "https://www.example.org/a");
    CHECK(map("//WWW.example.org:8080/base/x") == "//www.example.org/a/x");
    CHECK(map("https://www.example.org:8080/base") == "none");
    CHECK(map("http://www.example.org:8081/base") == "none");
    CHECK(map("http://example.org/base") == "none");
    CHECK(map("http://example.org:8080/base") == "none");
    const rules port({"http", "[2001:db8::1]:81"}, preserved, {{"http://b:8080/", "/"}});
    CHECK(port("http://[2001:db8::1]:8080/x") == "http://[2001:db8::1]:81/x");
    const rules unpreserved({"http", "front"}, replaced, {{"http://b:8080/", "/"}});
    CHECK(unpreserved("http://front:8080/x") == "none");
}

TEST_CASE("a site that knows its path on the front is believed", "[reverse]")
{
    const rules map({"https", "front"}, preserved, {{"http://b:81/", "/graf/"}});
    CHECK(map("/graf/login?x") == "/graf/login?x");
    CHECK(map("/graf/") == "/graf/");
    CHECK(map("http://front/graf/login") == "https://front/graf/login");
    CHECK(map("http://front:81/graf/login") == "https://front/graf/login");
    CHECK(map("/login") == "/graf/login");
    CHECK(map("/graffiti") == "/graf/graffiti");
    CHECK(map("/graf") == "/graf/graf");
    CHECK(map("http://front/login") == "https://front/graf/login");
    // By a name that only this front uses, it is the site's own path.
    CHECK(map("http://b:81/graf/login") == "https://front/graf/graf/login");
    const rules deeper({"http", "front"}, preserved, {{"http://b/app", "/app/x"}});
    CHECK(deeper("/app/x/login") == "/app/x/login");
    CHECK(deeper("/app/login") == "/app/x/login");
    // Everything is below "/".
    const rules whole({"http", "front"}, preserved, {{"http://b/base/", "/"}});
    CHECK(whole("/base/x") == "/x");
}

TEST_CASE("what a site says without a name, or by the front's, is about itself", "[reverse]")
{
    const rules map({"http", "front"}, preserved,
                    {{"http://b/", "/b/"}, {"http://c/app/", "/c/"}, {"http://b/own/", "/own/"}});
    CHECK(map("/app/login") == "/b/app/login");
    CHECK(map("http://front/app/login") == "http://front/b/app/login");
    CHECK(map("http://b/app/login") == "http://front/b/app/login");
    CHECK(map("http://c/app/login") == "http://front/c/login");
    CHECK(map("/own/x") == "/own/x");
    // An expression without a path of its own has what V6FrontPassReverse says of any name.
    const auto site = parse_backend_url("http://b/"), other = parse_backend_url("http://c/app/");
    reverse_map by_match({"http", "front"}, preserved, site);
    by_match.add(other, "/c/");
    CHECK(by_match.map("/app/login") == "/c/login");
}

TEST_CASE("URLs of other rules are mapped where nothing else is said", "[reverse]")
{
    std::vector<route> routes(3);
    const std::pair<const char*, const char*> written[]{
        {"http://b/assets/", "/static/"}, {"http://b/base/", "/shop/"}, {"http://d/", "/d/"}};
    for (std::size_t i = 0; i < routes.size(); ++i) {
        routes[i].backend = parse_backend_url(written[i].first);
        routes[i].path = written[i].second;
    }
    routes.emplace_back().path = "/base/"; // an exclusion
    reverse_map map({"https", "front"}, preserved, *routes[1].backend);
    map.add(*routes[1].backend, routes[1].path);
    CHECK_FALSE(map.map("http://b/assets/x"));
    map.set_routes(routes);
    CHECK(map.map("http://b/base/x") == "https://front/shop/x");
    CHECK(map.map("http://b/assets/x") == "https://front/static/x");
    CHECK(map.map("/assets/x") == "/static/x");
    CHECK(map.map("http://d/x") == "https://front/d/x");
    CHECK_FALSE(map.map("/x")); // d's
    CHECK_FALSE(map.map("http://b/x"));
    // The paths of an expression's site are not those of another's.
    const auto third = parse_backend_url("http://e/x/");
    reverse_map by_match({"https", "front"}, preserved, third);
    by_match.set_routes(routes);
    CHECK_FALSE(by_match.map("/assets/x"));
    CHECK_FALSE(by_match.map("https://front/assets/x"));
    CHECK(by_match.map("http://b/assets/x") == "https://front/static/x");
    by_match.add(third, "/x/");
    CHECK_FALSE(by_match.map("/assets/x"));
    const auto whole = parse_backend_url("http://b/");
    map.add(whole, "/");
    CHECK(map.map("http://b/assets/x") == "https://front/assets/x");
}

TEST_CASE("the default ports of both schemes are as good as none", "[reverse]")
{
    for (const char* authority : {"front", "front:80", "front:443"}) {
        const rules map({"https", authority}, preserved, {{"http://b/", "/"}});
        const std::string mapped = "https://" + std::string(authority) + "/x";
        for (const char* url : {"http://front/x", "http://front:80/x", "http://front:443/x",
                                "https://front/x", "https://front:443/x", "http://front:/x"}) {
            CAPTURE(authority, url);
            CHECK(map(url) == mapped);
        }
        CHECK(map("http://front:8080/x") == "none");
    }
    const rules map({"https", "[2001:db8::1]:8443"}, preserved, {{"http://b/", "/"}});
    CHECK(map("http://[2001:DB8::1]:8443/x") == "https://[2001:db8::1]:8443/x");
    CHECK(map("http://[2001:db8::1]/x") == "none");
    CHECK(map("http://[2001:db8::2]:8443/x") == "none");
    const rules bare({"http", "[2001:db8::1]"}, preserved, {{"http://b/", "/"}});
    CHECK(bare("http://[2001:db8::1]:80/x") == "http://[2001:db8::1]/x");
    CHECK(bare("http://[2001:db8:/x") == "none");
}

TEST_CASE("a site's redirect to TLS is left to a client without it", "[reverse]")
{
    const rules map({"http", "www.example.org"}, preserved, {{"http://www.example.org/", "/"}});
    CHECK(map("https://www.example.org/x") == "none");
    CHECK(map("http://www.example.org/x") == "http://www.example.org/x");
}

TEST_CASE("a site over TLS names itself by https", "[reverse]")
{
    const rules own({"http", "front"}, replaced, {{"https://b/base", "/a"}});
    CHECK(own("https://b/base/x") == "http://front/a/x");
    CHECK(own("https://b:443/base/x") == "http://front/a/x");
    CHECK(own("//b/base/x") == "//front/a/x");
    CHECK(own("/base/x") == "/a/x");
    // Without TLS it is another site, unless V6FrontPassReverse says so.
    CHECK(own("http://b/base/x") == "none");
    CHECK(own("http://b:443/base/x") == "none");
    CHECK(own("https://b:80/base/x") == "none");
    const rules both({"https", "front"}, replaced,
                     {{"https://b/base", "/a"}, {"http://b/base", "/a"}});
    CHECK(both("http://b/base/x") == "https://front/a/x");
    CHECK(both("https://b/base/x") == "https://front/a/x");
    const rules port({"https", "front"}, replaced, {{"https://b:8443/", "/"}});
    CHECK(port("https://b:8443/x") == "https://front/x");
    CHECK(port("https://b/x") == "none");

    // By the client's Host, whatever the client's scheme.
    for (const char* scheme : {"http", "https"}) {
        CAPTURE(scheme);
        const rules map({scheme, "front"}, preserved, {{"https://b/", "/"}});
        const auto mapped = std::string(scheme) + "://front/x";
        CHECK(map("https://front/x") == mapped);
        CHECK(map("https://front:443/x") == mapped);
        CHECK(map("http://front/x") == mapped);
    }
}

TEST_CASE("the site that is asked says what https means", "[reverse]")
{
    const rules map({"http", "front"}, preserved, {{"http://b/plain", "/p"}, {"https://b/", "/s"}});
    CHECK(map("https://front/plain/x") == "none");
    CHECK(map("http://front/plain/x") == "http://front/p/x");
    CHECK(map("https://b/plain/x") == "http://front/s/plain/x");
}

TEST_CASE("the front's name is nobody's unless the Host is preserved", "[reverse]")
{
    const rules map({"https", "front"}, replaced, {{"http://b/", "/a"}});
    CHECK(map("http://front/x") == "none");
    CHECK(map("//front/x") == "none");
}

TEST_CASE("a client without Host gets absolute paths", "[reverse]")
{
    for (const bool host : {preserved, replaced}) {
        const rules map({"http", ""}, host, {{"http://b/base", "/a"}});
        CHECK(map("http://b/base/x?y") == "/a/x?y");
        CHECK(map("//b/base/x") == "/a/x");
        CHECK(map("http:///base/x") == "none");
    }
}

TEST_CASE("without rules nothing is mapped", "[reverse]")
{
    const rules map({"http", "front"}, preserved, {});
    CHECK(map("http://front/x") == "none");
    CHECK(map("/x") == "none");
}
