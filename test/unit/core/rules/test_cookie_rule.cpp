// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/rules/cookie_rule.hpp"
#include "mod_v6front/core/rules/setting_values.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("domains of cookies are taken as they are compared", "[cookies][rules]")
{
    cookie_rules rules;
    for (const char* good : {"example.org", "localhost", "a_b.test", "192.0.2.1", "x-1.test"}) {
        CAPTURE(good);
        CHECK_NOTHROW(add_cookie_domain(rules, good, ".Public.test"));
    }
    add_cookie_domain(rules, ".Dotted.test", "x");
    CHECK(rules.domains.back().internal == "Dotted.test");
    CHECK(rules.domains.front().external == ".Public.test");
    CHECK_THROWS_WITH(add_cookie_domain(rules, "dotted.TEST", "y"),
                      "is given twice for \"dotted.TEST\"");
}

TEST_CASE("what is no domain, or no path, is refused", "[cookies][rules]")
{
    for (const std::string bad : {"", ".", "..a", "a..b", "http://a.test", "a.test:80", "a.test/x",
                                  "[::1]", "::1", "a b", "a;b", "a,b", "*.test", "\xc3\xa4.test"}) {
        CAPTURE(bad);
        cookie_rules rules;
        const auto says = "\"" + bad +
                          "\" must be a domain as a cookie has it, such as example.org: without "
                          "scheme, port and path, and not an IPv6 address";
        CHECK_THROWS_WITH(add_cookie_domain(rules, bad, "a.test"), says);
        CHECK_THROWS_WITH(add_cookie_domain(rules, "a.test", bad), says);
        CHECK(rules.domains.empty());
    }
    for (const std::string bad : {"", "a", "http://a.test/", "/a b", "/a;b", "/\"a\"", "/\x01"}) {
        CAPTURE(bad);
        cookie_rules rules;
        const auto says =
            "\"" + bad +
            "\" must be a path that begins with \"/\", without blanks, quotes and semicolons";
        CHECK_THROWS_WITH(add_cookie_path(rules, bad, "/"), says);
        CHECK_THROWS_WITH(add_cookie_path(rules, "/", bad), says);
        CHECK(rules.paths.empty());
    }
    cookie_rules rules;
    add_cookie_path(rules, "/a", "/b", "f:1");
    CHECK_NOTHROW(add_cookie_path(rules, "/a/", "/b"));
    CHECK_THROWS_WITH(add_cookie_path(rules, "/a", "/c"),
                      "is given twice for \"/a\", first at f:1");
}

TEST_CASE("the inner level's rules come first", "[cookies][rules]")
{
    cookie_rules base, over;
    add_cookie_path(base, "/a", "/base");
    add_cookie_path(over, "/a", "/over");
    add_cookie_domain(base, "a.test", "base.test");
    const auto both = merge(base, over);
    CHECK(both.paths.size() == 2);
    CHECK(both.paths.front().external == "/over");
    CHECK(both.domains.front().external == "base.test");
}
