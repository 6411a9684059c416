// SPDX-License-Identifier: Apache-2.0
#include "stand_in.hpp"

#include "mod_v6front/httpd/guard.hpp"

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

// A server and a location in it, with what httpd keeps about them.
struct bench : pool_of_test {
    bench()
    {
        httpd = {};
        server.module_config = static_cast<ap_conf_vector_t*>(static_cast<void*>(slots));
        slots[0] = v6front_create_server_config(pool, &server);
        dir = v6front_create_dir_config(pool, nullptr);
        parms.pool = parms.temp_pool = pool;
        parms.server = &server;
    }
    // Runs a directive as httpd would, from the module's own table. "" if it has taken the
    // arguments.
    std::string set(const char* name, std::vector<std::string> arguments)
    {
        const command_rec* found = v6front_module.cmds;
        while (found->name && strcmp(found->name, name) != 0)
            ++found;
        REQUIRE(found->name);
        parms.cmd = found;
        std::vector<char*> argv;
        for (auto& a : arguments)
            argv.push_back(a.data());
        const auto argc = static_cast<int>(argv.size());
        argv.resize(4, nullptr);
        const char* error = nullptr;
        switch (found->args_how) {
        case TAKE_ARGV:
            error = found->func.take_argv(&parms, dir, argc, argv.data());
            break;
        case TAKE1:
        case ITERATE:
            error = found->func.take1(&parms, dir, argv[0]);
            break;
        case TAKE2:
        case TAKE12:
            error = found->func.take2(&parms, dir, argv[0], argv[1]);
            break;
        default:
            FAIL("a way to take arguments that this test does not know");
        }
        CHECK(httpd.logged.empty());
        return error ? error : "";
    }
    server_config& config() { return *config_of(&server); }
    location_config& location() { return *static_cast<location_config*>(dir); }

    server_rec server{};
    void* slots[1]{};
    void* dir = nullptr;
    cmd_parms parms{};
};

template <class T> T& at(void* config)
{
    return *static_cast<T*>(config);
}

} // namespace

TEST_CASE("no exception passes the boundary, and each is logged once", "[guard]")
{
    httpd = {};
    CHECK(guard("working", 1, [] { return 2; }) == 2);
    CHECK(httpd.logged.empty());
    CHECK(guard("a directive", 1, []() -> int { throw std::runtime_error("it broke"); }) == 1);
    REQUIRE(httpd.logged.size() == 1);
    CHECK(httpd.logged[0] == std::to_string(APLOG_CRIT) +
                                 ": V6F0001: a directive failed: it broke: this is a fault of "
                                 "mod_v6front");
    CHECK(guard("a hook", 3, []() -> int { throw 42; }) == 3);
    REQUIRE(httpd.logged.size() == 2);
    CHECK_THAT(httpd.logged[1], ContainsSubstring("V6F0001: a hook failed: this is a fault"));
    bool ran = false;
    guard("a callback", [&ran] {
        ran = true;
        throw std::bad_alloc();
    });
    CHECK(ran);
    CHECK(httpd.logged.size() == 3);
}

TEST_CASE("a configuration that nobody wrote sets nothing", "[config]")
{
    bench b;
    const auto& c = b.config();
    CHECK(c.routes.empty());
    CHECK_FALSE(c.has_routes());
    CHECK(c.engine_on());
    CHECK_FALSE(c.engine);
    CHECK_FALSE(c.threads);
    CHECK(c.pinned("www.example").empty());
    CHECK_FALSE(b.location().settings.preserve_host);
    CHECK(b.location().own_route == nullptr);
    CHECK(b.location().reverse.empty());
}

TEST_CASE("a virtual host inherits, and its own word counts more", "[config]")
{
    bench main_server, host;
    CHECK(main_server.set("V6FrontPass", {"/a", "http://one.example/"}).empty());
    CHECK(main_server.set("V6FrontPass", {"/b", "http://two.example/"}).empty());
    CHECK(main_server.set("V6FrontPassMatch", {"^/m", "http://main.example/"}).empty());
    CHECK(main_server.set("V6FrontBackendV4", {"one.example", "192.0.2.1"}).empty());
    CHECK(main_server.set("V6FrontBackendV4", {"two.example", "192.0.2.2"}).empty());
    CHECK(main_server.set("V6FrontThreads", {"3"}).empty());
    CHECK(main_server.set("V6FrontEngine", {"Off"}).empty());
    CHECK(host.set("V6FrontPass", {"/b", "http://other.example/"}).empty());
    CHECK(host.set("V6FrontPassMatch", {"^/m", "http://host.example/"}).empty());
    CHECK(host.set("V6FrontBackendV4", {"two.example", "192.0.2.3"}).empty());
    const auto& m = at<server_config>(
        v6front_merge_server_config(host.pool, &main_server.config(), &host.config()));
    REQUIRE(m.routes.match("/a/x"));
    CHECK(m.routes.match("/a/x")->backend->host == "one.example");
    REQUIRE(m.routes.match("/b"));
    CHECK(m.routes.match("/b")->backend->host == "other.example");
    REQUIRE(m.matches.size() == 2);
    CHECK(m.matches[0].backend->host == "host.example"); // its own are tried first
    CHECK(m.matches[1].backend->host == "main.example");
    REQUIRE(m.pinned("one.example").size() == 1);
    CHECK(m.pinned("one.example")[0].to_string() == "192.0.2.1");
    CHECK(m.pinned("two.example")[0].to_string() == "192.0.2.3");
    CHECK(m.threads == 3U);
    CHECK_FALSE(m.engine_on());
    CHECK(host.set("V6FrontEngine", {"on"}).empty());
    CHECK(at<server_config>(
              v6front_merge_server_config(host.pool, &main_server.config(), &host.config()))
              .engine_on());
    // What was merged from is as it was.
    CHECK(main_server.config().routes.match("/b")->backend->host == "two.example");
    CHECK(host.config().matches.size() == 1);
    CHECK(httpd.logged.empty());
}

TEST_CASE("an address for every backend of a virtual host is for every one of them", "[config]")
{
    bench main_server, host;
    CHECK(main_server.set("V6FrontBackendV4", {"one.example", "192.0.2.1"}).empty());
    CHECK(host.set("V6FrontBackendV4", {"192.0.2.9", "192.0.2.8"}).empty());
    const auto& m = at<server_config>(
        v6front_merge_server_config(host.pool, &main_server.config(), &host.config()));
    REQUIRE(m.pinned("one.example").size() == 2);
    CHECK(m.pinned("one.example")[0].to_string() == "192.0.2.9");
    CHECK(m.pinned("else.example")[1].to_string() == "192.0.2.8");
}

TEST_CASE("a location inherits, and its own word counts more", "[config]")
{
    bench outer, inner;
    CHECK(outer.set("V6FrontTimeout", {"connect=1"}).empty());
    CHECK(outer.set("V6FrontTimeout", {"idle=2"}).empty());
    CHECK(outer.set("V6FrontPreserveHost", {"off"}).empty());
    CHECK(outer.set("V6FrontPassReverse", {"/", "http://outer.example/"}).empty());
    CHECK(inner.set("V6FrontTimeout", {"connect=500ms"}).empty());
    inner.parms.path = const_cast<char*>("/in");
    CHECK(inner.set("V6FrontPass", {"http://inner.example/", "idle=7"}).empty());
    CHECK(inner.set("V6FrontPassReverse", {"http://inner.example/"}).empty());
    const auto& m = at<location_config>(
        v6front_merge_dir_config(inner.pool, &outer.location(), &inner.location()));
    CHECK(m.settings.connect_timeout == 500ms);
    CHECK(m.settings.idle_timeout == 2s);
    CHECK_FALSE(m.settings.response_timeout);
    CHECK(m.settings.preserve_host == false);
    REQUIRE(m.reverse.size() == 2);
    CHECK(m.reverse[0].path == "/in");
    CHECK(m.reverse[1].backend.host == "outer.example");
    REQUIRE(m.own_route);
    CHECK(m.own_route->path == "/in");
    CHECK(m.own_route->backend->host == "inner.example");
    CHECK(m.own_route->settings.idle_timeout == 7s);
    CHECK(inner.config().has_routes());
    CHECK(inner.config().routes.empty());
    const auto& deeper = at<location_config>(v6front_merge_dir_config(
        inner.pool, &inner.location(), v6front_create_dir_config(inner.pool, nullptr)));
    CHECK(deeper.own_route == inner.location().own_route);
}

TEST_CASE("what an operator got wrong is named, with the directive and what would be right",
          "[config]")
{
    struct wrong {
        const char* name;
        std::vector<std::string> arguments;
        const char* says;
        const char* path = nullptr;
    };
    const std::vector<wrong> cases{
        {"V6FrontPass", {"/"}, "needs a path and the http:// URL"},
        {"V6FrontPass", {"a", "http://a.example/"}, "\"a\""},
        {"V6FrontPass", {"/", "https://a.example/"}, "https"},
        {"V6FrontPass", {"/", "http://a.example/", "colour=red"}, "colour"},
        {"V6FrontPass", {"/x", "!", "idle=3"}, "takes no settings"},
        {"V6FrontPass", {}, "needs the http:// URL", "/in"},
        {"V6FrontPass", {"/x", "http://a.example/"}, "leave out \"/x\"", "/in"},
        {"V6FrontPassMatch", {"(", "http://a.example/"}, "not a regular expression"},
        {"V6FrontPassReverse", {"/"}, "needs a path"},
        {"V6FrontPassReverse", {"/x", "http://a.example/"}, "takes the URL only", "/in"},
        {"V6FrontBackendV4", {}, "at least one IPv4 address"},
        {"V6FrontBackendV4", {"a.example"}, "at least one IPv4 address"},
        {"V6FrontBackendV4", {"a.example", "2001:db8::1"}, "over IPv4 only"},
        {"V6FrontBackendV4", {"a.example", "b.example"}, "\"b.example\" is not an IPv4 address"},
        {"V6FrontPreserveHost", {"maybe"}, "maybe"},
        {"V6FrontEngine", {"maybe"}, "maybe"},
        {"V6FrontThreads", {"0"}, "1"},
        {"V6FrontThreads", {"65"}, "64"},
        {"V6FrontThreads", {"4x"}, "4x"},
        {"V6FrontTimeout", {"3"}, "connect="},
        {"V6FrontTimeout", {"preservehost=on"}, "connect="},
        {"V6FrontTimeout", {"idle=soon"}, "soon"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.name, c.arguments, c.path);
        bench b;
        b.parms.path = const_cast<char*>(c.path);
        const auto said = b.set(c.name, c.arguments);
        CHECK_THAT(said, ContainsSubstring(std::string(c.name) + ": "));
        CHECK_THAT(said, ContainsSubstring(c.says));
        CHECK_FALSE(b.config().has_routes());
    }
}

TEST_CASE("a directive in a place that it cannot mean anything in", "[config]")
{
    bench b;
    b.parms.path = const_cast<char*>("/srv/www");
    httpd.misplaced = "not here";
    CHECK_THAT(b.set("V6FrontPass", {"http://a.example/"}),
               ContainsSubstring("belongs in a server, a <VirtualHost> or a <Location>"));
    CHECK((httpd.asked_about & NOT_IN_DIRECTORY) == NOT_IN_DIRECTORY);
    CHECK_THAT(b.set("V6FrontThreads", {"2"}), ContainsSubstring("not here"));
    httpd.misplaced = nullptr;
    ap_directive_t match{}, pass{};
    match.directive = "<LocationMatch";
    pass.parent = &match;
    b.parms.directive = &pass;
    CHECK_THAT(b.set("V6FrontPass", {"http://a.example/"}),
               ContainsSubstring("use V6FrontPassMatch"));
    CHECK_FALSE(b.config().has_routes());
    CHECK(b.set("V6FrontBackendV4", {"a.example", "192.0.2.1"}).empty());
    CHECK_THAT(b.set("V6FrontBackendV4", {"A.example", "192.0.2.2"}), ContainsSubstring("twice"));
}
