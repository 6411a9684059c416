// SPDX-License-Identifier: Apache-2.0
//
// Every directive of the module's table: a row there has a row here.
#include "bench.hpp"

#include "mod_v6front/httpd/config/checks.hpp"

using namespace v6front;
using namespace v6front::test;

namespace
{

// What a virtual host and a location have, once merged with what is outside of them.
struct merged {
    const server_config& server;
    const location_config& location;
    apr_pool_t* pool;
};

template <class T> std::string shown(const std::optional<T>& value)
{
    return value ? std::to_string(*value) : "unset";
}
template <class Duration>
requires requires(Duration d)
{
    d.count();
}
std::string shown(const std::optional<Duration>& value)
{
    return value ? std::to_string(value->count()) : "unset";
}

struct directive_case {
    const char* name;
    std::vector<std::string> outer; // what is written outside, and inside
    std::vector<std::string> inner;
    std::string (*read)(const merged& m);
    const char* none; // what is read where it is written nowhere, outside, inside, and in both
    const char* only_outer;
    const char* only_inner;
    const char* both;
    std::vector<std::string> wrong;
    const char* says; // of the wrong ones, after the name
};

std::string routes_of(const merged& m)
{
    std::string all;
    for (const auto& r : m.server.routes.routes())
        all += r.path + ">" + r.backend->host + " ";
    return all;
}

std::string matches_of(const merged& m)
{
    std::string all;
    for (const auto& rule : m.server.matches)
        all += rule.pattern + ">" + rule.backend->host + " ";
    return all;
}

std::string reverse_of(const merged& m)
{
    std::string all;
    for (const auto& rule : m.location.reverse)
        all += rule.path + "<" + rule.backend.host + " ";
    return all;
}

std::string pin_of(const merged& m)
{
    const auto& pinned = m.server.pinned("a.test");
    return pinned.empty() ? "" : pinned.addresses.front().to_string();
}

std::string checks_of(const merged& m)
{
    std::string all;
    for (const auto& check : checks_in(m.pool))
        all += check.name + check.rule.uri + " ";
    return all;
}

const std::vector<directive_case>& cases()
{
    static const std::vector<directive_case> rows{
        {"V6FrontPass",
         {"/a", "http://one.test/"},
         {"/a", "http://two.test/"},
         routes_of,
         "",
         "/a>one.test ",
         "/a>two.test ",
         "/a>two.test ",
         {"/a"},
         "needs a path and the http:// URL of the IPv4 site"},
        {"V6FrontPassMatch",
         {"^/a", "http://one.test/"},
         {"^/b", "http://two.test/"},
         matches_of,
         "",
         "^/a>one.test ",
         "^/b>two.test ",
         "^/b>two.test ^/a>one.test ",
         {"^/a"},
         "needs a regular expression and the http:// URL of the IPv4 site"},
        {"V6FrontErrorOverride",
         {"On"},
         {"404", "503"},
         [](const merged& m) {
             const auto& set = m.location.settings.error_override;
             std::string has;
             for (const int status : {400, 404, 503, 599})
                 has += set && set->contains(status) ? std::to_string(status) + " " : "";
             return has;
         },
         "",
         "400 404 503 599 ",
         "404 503 ",
         "404 503 ",
         {"404", "200"},
         "\"404,200\" must be \"on\", \"off\", or statuses from 400 to 599"},
        {"V6FrontPassReverse",
         {"/a", "http://one.test/"},
         {"/b", "http://two.test/"},
         reverse_of,
         "",
         "/a<one.test ",
         "/b<two.test ",
         "/b<two.test /a<one.test ",
         {"/a"},
         "needs a path and the http:// URL whose redirects are mapped to it"},
        {"V6FrontBackendV4",
         {"a.test", "192.0.2.1"},
         {"a.test", "192.0.2.2"},
         pin_of,
         "",
         "192.0.2.1",
         "192.0.2.2",
         "192.0.2.2",
         {"a.test"},
         "needs at least one IPv4 address"},
        // The main server's own, which no virtual host asks for.
        {"V6FrontResolve",
         {"refresh=1"},
         {"refresh=2"},
         [](const merged& m) { return std::to_string(m.server.names.refresh.count()); },
         "30000",
         "30000",
         "2000",
         "2000",
         {"ttl=1"},
         "the key of \"ttl=1\" must be one of refresh, max-stale, timeout"},
        {"V6FrontPreserveHost",
         {"Off"},
         {"On"},
         [](const merged& m) { return shown(m.location.settings.preserve_host); },
         "unset",
         "0",
         "1",
         "1",
         {"maybe"},
         "must be \"on\" or \"off\", not \"maybe\""},
        {"V6FrontVia",
         {"Off"},
         {"On"},
         [](const merged& m) { return shown(m.location.settings.via); },
         "unset",
         "0",
         "1",
         "1",
         {"maybe"},
         "must be \"on\" or \"off\", not \"maybe\""},
        {"V6FrontAddHeaders",
         {"Off"},
         {"On"},
         [](const merged& m) { return shown(m.location.settings.add_headers); },
         "unset",
         "0",
         "1",
         "1",
         {"maybe"},
         "must be \"on\" or \"off\", not \"maybe\""},
        {"V6FrontEngine",
         {"Off"},
         {"On"},
         [](const merged& m) { return shown(m.server.engine); },
         "unset",
         "0",
         "1",
         "1",
         {"maybe"},
         "must be \"on\" or \"off\", not \"maybe\""},
        {"V6FrontThreads",
         {"2"},
         {"64"},
         [](const merged& m) { return shown(m.server.threads); },
         "unset",
         "2",
         "64",
         "64",
         {"65"},
         "\"65\" is not a number of engines from 1 to 64"},
        {"V6FrontGracefulTimeout",
         {"1"},
         {"2"},
         [](const merged& m) { return shown(m.server.graceful_timeout); },
         "unset",
         "unset",
         "2000",
         "2000",
         {"soon"},
         "\"soon\" must be a duration in seconds or with"},
        {"V6FrontTimeout",
         {"idle=1"},
         {"idle=2"},
         [](const merged& m) { return shown(m.location.settings.idle_timeout); },
         "unset",
         "1000",
         "2000",
         "2000",
         {"via=on"},
         "\"via=on\" is not one of connect=, response= and idle=, such as connect=3 or "
         "response=500ms"},
        // Of the whole configuration, not of a server's part of it.
        {"V6FrontCheck",
         {"a.test", "uri=/a"},
         {"b.test", "uri=/b"},
         checks_of,
         "",
         "a.test/a ",
         "b.test/b ",
         "a.test/a b.test/b ",
         {"a.test", "often"},
         "\"often\" must be one of uri=, host=, interval= and status=, such as uri=/health"},
    };
    return rows;
}

std::string result_of(const directive_case& c, bool outside, bool inside)
{
    bench outer, inner;
    inner.parms.pool = outer.pool; // one configuration, as httpd reads it
    if (outside)
        CHECK(outer.set(c.name, c.outer).empty());
    if (inside)
        CHECK(inner.set(c.name, c.inner).empty());
    auto* server = v6front_merge_server_config(inner.pool, &outer.config(), &inner.config());
    auto* location = v6front_merge_dir_config(inner.pool, &outer.location(), &inner.location());
    return c.read({at<server_config>(server), at<location_config>(location), outer.pool});
}

} // namespace

TEST_CASE("every directive is inherited, overridden and refused as its row says", "[config][rows]")
{
    std::size_t directives = 0;
    for (const auto* row = v6front_module.cmds; row->name; ++row, ++directives) {
        CAPTURE(row->name);
        CHECK(std::string_view(row->errmsg).size() > 20); // its help
        const auto found = std::find_if(cases().begin(), cases().end(),
                                        [&](const auto& c) { return view(c.name) == row->name; });
        INFO("has no row in this test");
        REQUIRE(found != cases().end());
        CHECK(result_of(*found, false, false) == found->none);
        CHECK(result_of(*found, true, false) == found->only_outer);
        CHECK(result_of(*found, false, true) == found->only_inner);
        CHECK(result_of(*found, true, true) == found->both);
        bench b;
        CHECK_THAT(b.set(found->name, found->wrong),
                   ContainsSubstring(std::string(found->name) + ": " + found->says));
    }
    CHECK(directives == cases().size());
}

TEST_CASE("a directive that a setting's row names sets that setting", "[config][rows]")
{
    for_each_row(setting_rows, [](const auto& row) {
        if (row.directive.empty())
            return;
        CAPTURE(row.key, row.directive);
        bench b;
        const bool has_keys = keys_of_directive(row.directive).size() > 1;
        const bool is_time =
            std::is_same_v<decltype(row.member), std::optional<milliseconds> exchange_settings::*>;
        const std::string value = is_time ? "7" : "off";
        const std::string name(row.directive);
        CHECK(b.set(name.c_str(), {has_keys ? std::string(row.key) + "=" + value : value}).empty());
        auto expected = exchange_settings{};
        expected.*row.member = row.parse({}, value);
        for_each_row(setting_rows, [&](const auto& other) {
            CAPTURE(other.key);
            CHECK(b.location().settings.*other.member == expected.*other.member);
        });
    });
}
