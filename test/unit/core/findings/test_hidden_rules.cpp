// SPDX-License-Identifier: Apache-2.0
//
// Which requests a directive is for, and which rule hides it. Who answers in truth is a system
// test (test/system/operator/test_hidden_rules.cpp).
#include "mod_v6front/core/findings/hidden_rules.hpp"

#include "catch.hpp"

#include <regex>

using namespace v6front;

namespace
{

bool matches(const std::string& expression, const std::string& path)
{
    return std::regex_search(path, std::regex(expression));
}

using kind = request_set::kind;
constexpr auto covers = relation::covers, overlaps = relation::overlaps, apart = relation::apart;

} // namespace

TEST_CASE("what an expression shows of its paths", "[findings]")
{
    struct row {
        const char* expression;
        kind is;
        const char* path;
        const char* open; // nullptr: that what follows matches as well is not certain
    };
    const row rows[]{
        {"^/a", kind::beginning, "/a", "^/a"},
        {"^/a$", kind::one, "/a", nullptr},
        {"^/a\\.b$", kind::one, "/a.b", nullptr},
        {"^/a/(.*)", kind::beginning, "/a/", "^/a/(.*)"},
        {"^/a/(.*)$", kind::beginning, "/a/", "^/a/"},
        {"^/a.*$", kind::beginning, "/a", "^/a"},
        {"^/a\\.*$", kind::beginning, "/a", nullptr},
        {"^/a(/.*)?$", kind::beginning, "/a", "^/a/"},
        {"^/a(/|$)", kind::beginning, "/a", "^/a/"},
        {"^/a\\(/|$)", kind::beginning, "/", nullptr},
        {"^/ab?", kind::beginning, "/a", "^/ab?"},
        {"^/ab*$", kind::beginning, "/a", nullptr},
        {"^/ab+", kind::beginning, "/ab", "^/ab+"},
        {"^/ab{0}", kind::beginning, "/a", "^/ab{0}"},
        {"^/a|^/b", kind::beginning, "/", "^/a|^/b"},
        {"^/a/(b|c)", kind::beginning, "/a/", "^/a/(b|c)"},
        {"^/a[|]b", kind::beginning, "/a", "^/a[|]b"},
        {"^/a[]|]|b", kind::beginning, "/", "^/a[]|]|b"},
        {"^/a[^]|(]|b", kind::beginning, "/", "^/a[^]|(]|b"},
        {"^/a\\Q(\\E|b", kind::beginning, "/", nullptr},
        {"^/a\\||b", kind::beginning, "/", "^/a\\||b"},
        {"/a", kind::beginning, "/", "/a"},
        {"\\.php$", kind::beginning, "/", nullptr},
        {"(?i)^/a", kind::beginning, "/", nullptr},
        {"^/(?!a)", kind::beginning, "/", nullptr},
        {"^/(?:a)", kind::beginning, "/", "^/(?:a)"},
        {"^/a++", kind::beginning, "/a", nullptr},
        {"^/a\\b", kind::beginning, "/a", nullptr},
        {"^/a\\d", kind::beginning, "/a", "^/a\\d"},
        {"^/a\\\\b", kind::beginning, "/a\\b", "^/a\\\\b"},
        {"^a", kind::beginning, "/", "^a"},
        {"^", kind::beginning, "/", "^"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.expression);
        const auto set = requests_of(r.expression);
        CHECK((set.is == r.is));
        CHECK(set.path == r.path);
        CHECK(set.expression == r.expression);
        CHECK(without_end(r.expression) ==
              (r.open ? std::optional<std::string>(r.open) : std::nullopt));
    }
}

TEST_CASE("a path and an expression beside a set of requests", "[findings]")
{
    struct row {
        const char* rule;
        request_set set;
        relation is;
    };
    const request_set below{kind::below, "/a"}, slash{kind::below, "/a/"},
        one{kind::one, "/a", "^/a$"}, beginning{kind::beginning, "/a", "^/a"};
    const row paths[]{
        {"/", below, covers},
        {"/a", below, covers},
        {"/a/", below, overlaps},
        {"/a/b", below, overlaps},
        {"/ab", below, apart},
        {"/b", below, apart},
        {"/a", slash, covers},
        {"/a/b", slash, overlaps},
        {"/a", one, covers},
        {"/a/", one, apart},
        {"/a/b", one, apart},
        {"/", beginning, covers},
        {"/a", beginning, overlaps},
        {"/ab", beginning, overlaps},
        {"/b", beginning, apart},
        {"/a", {kind::beginning, "/a/"}, covers},
        {"/a", {kind::beginning, "/ab"}, overlaps},
    };
    for (const auto& r : paths) {
        CAPTURE(r.rule, r.set.path);
        CHECK((path_and(r.rule, r.set) == r.is));
    }
    const row expressions[]{
        {"^/", below, covers},          {"^/a", below, covers},       {"^/a(/.*)?$", below, covers},
        {"^/a/", below, overlaps},      {"^/a$", below, overlaps},    {"^/b", below, apart},
        {"^/a/b", below, overlaps},     {"\\.png$", below, overlaps}, {"^/ab", below, apart},
        {"^/a/", slash, covers},        {"^/a$", slash, overlaps},    {"^/a.?$", one, covers},
        {"^/a/", one, apart},           {"^/a$", one, covers},        {"^/a", beginning, covers},
        {"^/a/", beginning, overlaps},  {"^/b", beginning, apart},    {"^/", beginning, covers},
        {"^/(?!a/b)", below, overlaps},
    };
    for (const auto& r : expressions) {
        CAPTURE(r.rule, r.set.path);
        CHECK((expression_and(r.rule, r.set, matches) == r.is));
    }
}

TEST_CASE("which requests a directive of mod_alias is for, if it is asked after our rules",
          "[findings]")
{
    struct row {
        const char* name;
        std::vector<std::string> words;
        const char* section;
        const char* section_args;
        const char* path; // nullptr: it is not asked after them
        bool is_expression = false;
    };
    const row rows[]{
        {"Alias", {"/icons/", "/usr/share/icons/"}, "", "", "/icons/"},
        {"scriptalias", {"/cgi-bin/", "/srv/cgi/"}, "", "", "/cgi-bin/"},
        {"AliasMatch", {"^/a", "/b"}, "", "", "/a", true},
        {"Alias", {"/b"}, "<Location", "/a>", "/a"},
        {"Alias", {"/b"}, "<LocationMatch", "\"^/a\">", "/a", true},
        {"Alias", {"/b"}, "<Location", "~ \"^/a\">", "/a", true},
        {"Alias", {"/b"}, "<Location", "/a*>", nullptr},
        {"Alias", {"/b"}, "<If", "true>", nullptr},
        {"Redirect", {"/old", "https://b/"}, "", "", "/old"},
        {"Redirect", {"permanent", "/old", "https://b/"}, "", "", "/old"},
        {"Redirect", {"gone", "/old"}, "", "", "/old"},
        {"Redirect", {"404", "/old"}, "", "", "/old"},
        {"Redirect", {"old", "https://b/"}, "", "", nullptr},
        {"RedirectTemp", {"/old", "https://b/"}, "", "", "/old"},
        {"RedirectMatch", {"^/old", "https://b/"}, "", "", "/old", true},
        {"RedirectMatch", {"gone", "^/old"}, "", "", "/old", true},
        {"Redirect", {"/old", "https://b/"}, "<Directory", "/srv>", "/old"},
        {"Redirect", {"/old", "https://b/"}, "<FilesMatch", "x>", "/old"},
        {"Redirect", {"/old", "https://b/"}, "<If", "true>", nullptr},
        {"Redirect", {"/old", "https://b/"}, "<Location", "/>", nullptr},
        {"Redirect", {"https://b/"}, "<Location", "/a>", nullptr},
        {"UserDir", {"public_html"}, "", "", "/~", true},
        {"UserDir", {"disabled"}, "", "", nullptr},
        {"DocumentRoot", {"/a"}, "", "", nullptr},
        {"Redirect", {}, "", "", nullptr},
    };
    for (const auto& r : rows) {
        CAPTURE(r.name, r.words, r.section, r.section_args);
        const auto set = asked_after_rules({r.name, r.words, r.section, r.section_args});
        REQUIRE(set.has_value() == (r.path != nullptr));
        if (!set)
            continue;
        CHECK(set->path == r.path);
        CHECK(set->expression.empty() != r.is_expression);
    }
    const auto wins = [](const std::vector<std::string>& words, const char* section,
                         const char* args) {
        const auto set = wins_over_rules({"Redirect", words, section, args});
        return set ? set->path : "";
    };
    CHECK(wins({"https://b/"}, "<Location", "/a>") == "/a");
    CHECK(wins({"gone"}, "<Location", "\"/a\">") == "/a");
    CHECK(wins({"permanent", "https://b/"}, "<location", "/a>") == "/a");
    CHECK(wins({"/a/b", "https://b/"}, "<Location", "/a>").empty());
    CHECK(wins({"https://b/"}, "<LocationMatch", "^/a>").empty());
    CHECK(wins({"/a", "https://b/"}, "", "").empty());
}

TEST_CASE("the first rule that takes all decides; an exclusion leaves some", "[findings]")
{
    using is = asked_rule::kind;
    const asked_rule everything{is::path, "/", "f:1"}, not_old{is::path, "/old/keep", "f:2", true},
        section{is::location, "/old", "f:3"}, pictures{is::expression, "\\.png$", "f:4"},
        no_pictures{is::expression, "\\.png$", "f:5", true};
    const request_set old{kind::below, "/old"};
    CHECK(taker_of({everything}, old, matches) != nullptr);
    CHECK(taker_of({not_old, everything}, old, matches) == nullptr);
    CHECK(taker_of({section, not_old, everything}, old, matches)->place == "f:3");
    CHECK(taker_of({pictures, everything}, old, matches)->place == "f:1");
    CHECK(taker_of({no_pictures, everything}, old, matches) == nullptr);
    CHECK(taker_of({}, old, matches) == nullptr);

    // A rule that a virtual host has inherited may be reached in another one.
    auto inherited = everything;
    inherited.inherited = true;
    findings found;
    find_hidden_rules({{is::location, "/", "f:9"}, inherited}, matches, found);
    CHECK(found.empty());
    find_hidden_rules({{is::location, "/", "f:9"}, everything, everything}, matches, found);
    REQUIRE(found.size() == 1);
    CHECK(found[0].text == "V6FrontPass / (f:1) is never reached: V6FrontPass in <Location \"/\"> "
                           "(f:9) takes its requests first");
}
