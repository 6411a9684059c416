// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/rules/route.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

route to(std::string path, const char* url)
{
    return {{parse_backend_url(url), {}}, std::move(path)};
}

route excluding(std::string path)
{
    return {{}, std::move(path)};
}

route_table table_of(std::initializer_list<std::string> paths)
{
    route_table table;
    for (const std::string& path : paths) {
        table.add(to(path, "http://h/"));
    }
    return table;
}

std::string matched(const route_table& table, std::string_view path)
{
    const route* r = table.match(path);
    return r ? r->path : "none";
}

std::string moved(std::string_view path, std::string_view from, std::string_view to)
{
    std::string out = "<";
    append_moved(out, path, from, to);
    return out;
}

} // namespace

TEST_CASE("a route's path begins with a slash", "[route]")
{
    CHECK_NOTHROW(check_route_path("/"));
    CHECK_NOTHROW(check_route_path("/a"));
    CHECK_NOTHROW(check_route_path("/a/"));
    for (const char* path : {"", "a", "a/", "http://h/", "*", " /"}) {
        CAPTURE(path);
        CHECK_THROWS_AS(check_route_path(path), setting_error);
        CHECK_THROWS_WITH(check_route_path(path),
                          ContainsSubstring("\"" + std::string(path) + "\"") &&
                              ContainsSubstring("must begin with \"/\""));
    }
}

TEST_CASE("paths are compared by whole segments", "[route]")
{
    for (const char* path : {"/a", "/a/", "/a/b", "/a//"}) {
        CAPTURE(path);
        CHECK(is_below(path, "/a"));
    }
    for (const char* path : {"", "/", "/ab", "/A", "/b/a", "a", "/a?x", "/a;b"}) {
        CAPTURE(path);
        CHECK_FALSE(is_below(path, "/a"));
    }
    for (const char* path : {"/a/", "/a/b", "/a//"}) {
        CAPTURE(path);
        CHECK(is_below(path, "/a/"));
    }
    for (const char* path : {"/a", "/ab", "/", ""}) {
        CAPTURE(path);
        CHECK_FALSE(is_below(path, "/a/"));
    }
    for (const char* path : {"/", "/a", "/a/b", "//"}) {
        CAPTURE(path);
        CHECK(is_below(path, "/"));
    }
    CHECK_FALSE(is_below("*", "/"));
    CHECK_FALSE(is_below("", "/"));
    CHECK_FALSE(is_below("/a", ""));
}

TEST_CASE("one prefix in the place of another, with one slash between", "[route]")
{
    CHECK(moved("/a/x", "/a", "/b") == "</b/x");
    CHECK(moved("/a/x", "/a", "/b/") == "</b/x");
    CHECK(moved("/a/x", "/a/", "/b") == "</b/x");
    CHECK(moved("/a/x", "/a/", "/b/") == "</b/x");
    CHECK(moved("/a/x/", "/a", "/") == "</x/");
    CHECK(moved("/x", "/", "/b") == "</b/x");
    CHECK(moved("/", "/", "/b") == "</b/");
    CHECK(moved("/a", "/a", "/b") == "</b");
    CHECK(moved("/a", "/a", "/b/") == "</b/");
    CHECK(moved("/a", "/a", "/") == "</");
    CHECK(moved("/a/", "/a", "/b") == "</b/");
    CHECK(moved("/a/", "/a/", "/b") == "</b/");
    CHECK(moved("/a/", "/a", "/") == "</");
}

TEST_CASE("moving never makes a path begin with two slashes", "[route]")
{
    CHECK(moved("/a//x", "/a", "/") == "</x");
    CHECK(moved("/a///x//y", "/a/", "/") == "</x//y");
    CHECK(moved("/a//", "/a", "/b") == "</b/");
    CHECK(moved("//x", "/", "/b") == "</b/x");
}

TEST_CASE("nothing is moved where both prefixes are the same", "[route]")
{
    CHECK(moved("//x//y", "/", "/") == "<//x//y");
    CHECK(moved("/a//x", "/a", "/a") == "</a//x");
}

TEST_CASE("the longest path wins, whatever the order", "[route]")
{
    for (const route_table& table :
         {table_of({"/", "/a", "/a/", "/a/b", "/b"}), table_of({"/a/b", "/b", "/a/", "/", "/a"})}) {
        CHECK(matched(table, "/") == "/");
        CHECK(matched(table, "/x") == "/");
        CHECK(matched(table, "/ab") == "/");
        CHECK(matched(table, "/a") == "/a");
        CHECK(matched(table, "/a/") == "/a/");
        CHECK(matched(table, "/a/x") == "/a/");
        CHECK(matched(table, "/a/b") == "/a/b");
        CHECK(matched(table, "/a/b/c") == "/a/b");
        CHECK(matched(table, "/a/bc") == "/a/");
        CHECK(matched(table, "/b/a/b") == "/b");
        CHECK(matched(table, "*") == "none");
    }
    CHECK(matched(table_of({"/a"}), "/") == "none");
    CHECK(matched(table_of({"/a"}), "/ab") == "none");
    CHECK(matched({}, "/") == "none");
}

TEST_CASE("in a large table the same path is found as by asking each", "[route]")
{
    std::vector<std::string> paths{"/"};
    for (const std::string a : {"/a", "/b", "/ab", "/b/a", "/abc", "/c/c"})
        for (const std::string b : {"", "/", "/a", "/a/", "b", "/ab", "/c/d/", "/d/e/f"})
            for (const std::string c : {"", "/x", "y", "/x/"})
                paths.push_back(a + b + c);
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    // In two orders, neither of them sorted by path or by length.
    std::vector<std::string> mixed;
    for (std::size_t i = 0; i < paths.size(); ++i)
        mixed.push_back(paths[i * 101 % paths.size()]);
    REQUIRE(std::is_permutation(mixed.begin(), mixed.end(), paths.begin(), paths.end()));
    route_table forward, backward;
    for (std::size_t i = 0; i < mixed.size(); ++i) {
        forward.add(to(mixed[i], "http://h/"));
        backward.add(to(mixed[mixed.size() - 1 - i], "http://h/"));
    }
    for (const auto& path : paths) {
        for (const std::string more : {"", "/", "/a", "a", "/x/y", "x"}) {
            std::string longest = "none";
            for (const auto& other : paths)
                if (is_below(path + more, other) &&
                    (longest == "none" || other.size() > longest.size()))
                    longest = other;
            CAPTURE(path, more);
            CHECK(matched(forward, path + more) == longest);
            CHECK(matched(backward, path + more) == longest);
        }
    }
}

TEST_CASE("an exclusion is a match without a backend", "[route]")
{
    route_table table;
    table.add(to("/", "http://h/"));
    table.add(excluding("/static"));
    table.add(to("/static/live", "http://h/live"));
    REQUIRE(table.match("/static/x"));
    CHECK_FALSE(table.match("/static/x")->backend);
    REQUIRE(table.match("/static/live/x"));
    REQUIRE(table.match("/static/live/x")->backend);
    CHECK(table.match("/static/live/x")->backend->path == "/live");
    CHECK(table.match("/statics")->backend);
}

TEST_CASE("the routes are listed longest path first", "[route]")
{
    const route_table table = table_of({"/", "/bb", "/aa", "/aaa", "/c"});
    std::vector<std::string> paths;
    for (const route& r : table.routes())
        paths.push_back(r.path);
    CHECK(paths == std::vector<std::string>{"/aaa", "/bb", "/aa", "/c", "/"});
    CHECK_FALSE(table.empty());
    CHECK(route_table{}.empty());
}

TEST_CASE("a path can be routed once", "[route]")
{
    route_table table = table_of({"/", "/a", "/b", "/a/c"});
    for (const char* path : {"/", "/a", "/b", "/a/c"}) {
        CAPTURE(path);
        CHECK_THROWS_AS(table.add(to(path, "http://other/")), setting_error);
        CHECK_THROWS_WITH(table.add(excluding(path)),
                          ContainsSubstring("\"" + std::string(path) + "\""));
        CHECK(table.match(path)->backend->host == "h");
    }
    CHECK(table.routes().size() == 4);
    // A different path, if only by its slash.
    CHECK_NOTHROW(table.add(to("/a/", "http://other/")));
}

TEST_CASE("a merge has the routes of both, and the upper one at the same path", "[route]")
{
    route_table base;
    base.add(to("/", "http://base/"));
    base.add(to("/a", "http://base/a"));
    base.add(to("/long/path", "http://base/long"));
    base.add(excluding("/gone"));
    route_table over;
    over.add(to("/a", "http://over/a"));
    over.add(to("/a/b", "http://over/b"));
    over.add(to("/gone", "http://over/back"));
    over.add(excluding("/long/path"));

    const route_table both = route_table::merge(base, over);
    CHECK(both.routes().size() == 5);
    CHECK(both.match("/")->backend->host == "base");
    CHECK(both.match("/a")->backend->host == "over");
    CHECK(both.match("/a/b/c")->backend->path == "/b");
    CHECK(both.match("/gone")->backend->host == "over");
    CHECK_FALSE(both.match("/long/path/x")->backend);
    for (std::size_t i = 1; i < both.routes().size(); ++i)
        CHECK(both.routes()[i - 1].path.size() >= both.routes()[i].path.size());
    CHECK(base.routes().size() == 4);
    CHECK(over.routes().size() == 4);
    CHECK(route_table::merge(base, {}).routes().size() == 4);
    CHECK(route_table::merge({}, over).routes().size() == 4);
    CHECK(route_table::merge({}, {}).empty());
}

TEST_CASE("a route keeps its own settings", "[route]")
{
    route r = to("/a", "http://h/");
    set_option(r.settings, "connect=1");
    route_table table;
    table.add(r);
    CHECK(table.match("/a")->settings.connect_timeout == milliseconds(1000));
    CHECK_FALSE(table.match("/a")->settings.idle_timeout);
}
