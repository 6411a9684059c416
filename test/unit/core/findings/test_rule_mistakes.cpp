// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/findings/rule_mistakes.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

route at(std::string path, const char* url, std::string place)
{
    route made{{}, std::move(path)};
    if (url)
        made.backend = parse_backend_url(url);
    made.place = std::move(place);
    return made;
}

// An expression that matches what begins so.
expression beginning(std::string text, std::string place)
{
    return {"^" + text, std::move(place),
            [text](const std::string& path) { return path.starts_with(text); }};
}

// "number place" of each.
std::vector<std::string> where(const findings& all)
{
    std::vector<std::string> lines;
    for (const auto& f : all) {
        CHECK(f.is == finding::kind::warning);
        // Whoever reads the line must find the rule.
        CHECK_THAT(f.text, ContainsSubstring("(" + f.place + ")"));
        lines.push_back(std::string(f.number) + " " + f.place);
    }
    return lines;
}
using lines = std::vector<std::string>;

const char* const url = "http://site.example/";

} // namespace

TEST_CASE("what no path of a request has in it, once httpd has normalised it", "[findings]")
{
    struct row {
        const char* path;
        const char* why; // how it begins; nullptr: such paths are reached
    };
    const row rows[]{
        {"/", nullptr},
        {"/a%", nullptr},
        {"/100%", nullptr},
        {"/a%2", nullptr},
        {"/a%zz", nullptr},
        {"/a%20b", "a percent-encoded"},
        {"/a%2Fb", "a percent-encoded"},
        {"/%%41", "a percent-encoded"},
        {"/a?b", "a query"},
        {"/a/.", "a dot segment"},
        {"/a/..", "a dot segment"},
        {"/a/./b", "a dot segment"},
        {"/../b", "a dot segment"},
        {"/a/...", nullptr},
        {"/a/.well-known/", nullptr},
        {"/a/..b", nullptr},
        {"/a.", nullptr},
        {"/a//b", "two slashes"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.path);
        const char* why = never_in_a_path(r.path);
        CHECK((why == nullptr) == (r.why == nullptr));
        if (why && r.why)
            CHECK_THAT(why, Catch::Matchers::StartsWith(r.why));
    }
}

TEST_CASE("rules that no request reaches are named once, with what comes first", "[findings]")
{
    struct row {
        const char* what;
        std::vector<expression> expressions;
        std::vector<route> routes;
        lines found;
    };
    const auto everything = beginning("/", "f:9"), images = beginning("/img", "f:8");
    const row rows[]{
        {"nothing wrong", {images}, {at("/", url, "f:1"), at("/a", url, "f:2")}, {}},
        {"an encoded path", {}, {at("/a%20b", url, "f:1")}, {"V6F0207 f:1"}},
        {"an expression takes all", {everything}, {at("/a", url, "f:1")}, {"V6F0207 f:1"}},
        {"and all that comes after it", {everything, images}, {}, {"V6F0207 f:8"}},
        {"but not what comes before it", {images, everything}, {}, {}},
        {"it takes one path", {images}, {at("/img/", url, "f:1")}, {"V6F0207 f:1"}},
        {"part of a path's requests is not all", {images}, {at("/i", url, "f:1")}, {}},
        {"one place, one line", {everything}, {at("/a%20", url, "f:1")}, {"V6F0207 f:1"}},
    };
    for (const auto& r : rows) {
        INFO(r.what);
        // Two virtual hosts that have inherited the same rules.
        const std::vector<server_rules> servers(2, {r.expressions, r.routes});
        findings found;
        find_unreachable(servers, found);
        CHECK(where(found) == r.found);
    }
}

TEST_CASE("expressions that match no path, once httpd has normalised it", "[findings]")
{
    const char* never[]{"^app/", "^http://x/", "^/a%20b", "^/a//b", "^/a/\\.\\./b", "^/a\\?b"};
    for (const char* e : never) {
        CAPTURE(e);
        CHECK(never_matched(e).has_value());
    }
    const char* fine[]{"^/a",  "a",       "^a?/b",   "^a|/b",      "^(a|/b)", "^/\\.well-known/",
                       "^/a%", "^/a/\\.", "^/a/?/b", "^/a(//|/)b", "/a//b",   "^.*/a",
                       "^/a?b"};
    for (const char* e : fine) {
        CAPTURE(e);
        CHECK_FALSE(never_matched(e).has_value());
    }
    CHECK(never_in_a_path("/a//b", true) == nullptr); // MergeSlashes Off
    CHECK_FALSE(never_matched("^/a//b", true).has_value());
    const auto elsewhere = at("/a%20b", url, "f:1");
    const expression no_path{"^a", "f:2", [](const std::string&) { return false; }};
    const std::vector<server_rules> servers{{{no_path}, {}, {&elsewhere}, false}};
    findings found;
    find_unreachable(servers, found);
    CHECK(where(found) == lines{"V6F0207 f:1", "V6F0207 f:2"});
}

TEST_CASE("URLs that are never meant so", "[findings]")
{
    for (const char* odd : {"http://a:443/", "https://a:80/", "http://a/b/../c", "http://a/%2e/"}) {
        CAPTURE(odd);
        CHECK(odd_url(parse_backend_url(odd)) != nullptr);
    }
    for (const char* fine : {"http://a/", "https://a/", "http://a:8443/", "http://a/..b/.c"}) {
        CAPTURE(fine);
        CHECK(odd_url(parse_backend_url(fine)) == nullptr);
    }
    CHECK(where({reversed_pin("a.test", "f:1")}) == lines{"V6F0251 f:1"});
}

TEST_CASE("rules that do nothing, or something else than was meant", "[findings]")
{
    struct row {
        const char* what;
        std::vector<route> routes;
        std::vector<route> elsewhere; // of another server
        lines found;
    };
    const row rows[]{
        {"nothing wrong", {at("/", url, "f:1"), at("/a", nullptr, "f:2")}, {}, {}},
        {"a pattern for a path", {at("/a/*", url, "f:1")}, {}, {"V6F0212 f:1"}},
        {"a group without expression",
         {at("/a", "http://site.example/$1", "f:1")},
         {},
         {"V6F0212 f:1"}},
        {"an exclusion from nothing", {at("/a", nullptr, "f:1")}, {}, {"V6F0213 f:1"}},
        {"an exclusion beside the path",
         {at("/b", url, "f:2"), at("/a", nullptr, "f:1")},
         {},
         {"V6F0213 f:1"}},
        {"another server has use for it",
         {at("/a", nullptr, "f:1")},
         {at("/", url, "f:2"), at("/a", nullptr, "f:1")},
         {}},
        {"both mistakes, one line", {at("/a/*", nullptr, "f:1")}, {}, {"V6F0212 f:1"}},
    };
    for (const auto& r : rows) {
        INFO(r.what);
        const std::vector<server_rules> servers{{{}, r.routes}, {{}, r.elsewhere}};
        findings found;
        find_without_effect(servers, found);
        CHECK(where(found) == r.found);
        // It is enough that no request reaches it.
        findings unreached;
        if (!r.found.empty())
            unreached.push_back({"V6F0207", "f:1", "(f:1)"});
        find_without_effect(servers, unreached);
        CHECK(unreached.size() == (r.found.empty() ? 0 : 1));
    }
}

TEST_CASE("a name that no rule uses is told with those that are, a few of them", "[findings]")
{
    const auto text = [](const std::set<std::string>& known) {
        const auto f = unknown_name("V6FrontCheck", "b.example", "f:1", known);
        CHECK(f.number == "V6F0211");
        CHECK(f.place == "f:1");
        return f.text.substr(f.text.find("there: "));
    };
    CHECK(text({}) == "there: none");
    CHECK_THAT(unknown_name("V6FrontX", "", "f:1", {}).text,
               ContainsSubstring("X without a name (f:1)"));
    CHECK(text({"a"}) == "there: a");
    CHECK(text({"a", "b", "c", "d", "e"}) == "there: a, b, c, d, e");
    CHECK(text({"a", "b", "c", "d", "e", "f"}) == "there: a, b, c, d, e, ...");
}
