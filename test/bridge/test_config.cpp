// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"

#include "mod_v6front/httpd/config/checks.hpp"
#include "mod_v6front/httpd/base/guard.hpp"

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

TEST_CASE("no exception passes the boundary, and each is logged once", "[guard]")
{
    httpd = {};
    CHECK(guard("working", 1, [] { return 2; }) == 2);
    CHECK(httpd.logged.empty());
    CHECK(guard("a directive", 1, []() -> int { throw std::runtime_error("it broke"); }) == 1);
    REQUIRE(httpd.logged.size() == 1);
    CHECK(httpd.logged[0] == std::to_string(APLOG_CRIT) +
                                 ": V6F0001: a directive failed: it broke. This is a bug in "
                                 "mod_v6front; please report this line");
    CHECK(guard("a hook", 3, []() -> int { throw 42; }) == 3);
    REQUIRE(httpd.logged.size() == 2);
    CHECK_THAT(httpd.logged[1], ContainsSubstring("V6F0001: a hook failed. This is a bug in"));
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
    CHECK(c.names.refresh == 30s);
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
    REQUIRE(m.pinned("one.example").addresses.size() == 1);
    CHECK(m.pinned("one.example").addresses[0].to_string() == "192.0.2.1");
    CHECK(m.pinned("two.example").addresses[0].to_string() == "192.0.2.3");
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
    REQUIRE(m.pinned("one.example").addresses.size() == 2);
    CHECK(m.pinned("one.example").addresses[0].to_string() == "192.0.2.9");
    CHECK(m.pinned("else.example").addresses[1].to_string() == "192.0.2.8");
}

TEST_CASE("another name may stand for a backend's, or for every backend's", "[config]")
{
    bench host;
    CHECK(host.set("V6FrontBackendV4", {"one.example", "V4.one.example", "192.0.2.1"}).empty());
    CHECK(host.set("V6FrontBackendV4", {"*", "v4.example"}).empty());
    const auto& one = host.config().pinned("one.example");
    REQUIRE(one.names.size() == 1);
    CHECK(one.names[0] == "v4.one.example");
    CHECK(one.addresses.size() == 1);
    CHECK(host.config().pinned("else.example").names == std::vector<std::string>{"v4.example"});
}

TEST_CASE("a health check of a backend, and of all of a server's", "[config]")
{
    bench b;
    CHECK(b.set("V6FrontCheck", {"uri=/all"}).empty());
    CHECK(b.set("V6FrontCheck", {"One.example", "uri=/one", "interval=2"}).empty());
    const auto& all = checks_in(b.pool);
    REQUIRE(all.size() == 2);
    CHECK(all[0].name.empty());
    CHECK(all[1].name == "one.example");
    CHECK(all[1].rule.uri == "/one");
    CHECK(all[1].server == &b.server);
    CHECK_THAT(b.set("V6FrontCheck", {"one.example"}), ContainsSubstring("given twice"));
}

TEST_CASE("each limit has a number of its own, wherever it stands", "[config]")
{
    bench main_server, host;
    host.parms.pool = main_server.pool; // one configuration, as httpd reads it
    CHECK(main_server.set("V6FrontPass", {"/a", "http://a.example/", "max=5"}).empty());
    CHECK(main_server.set("V6FrontPass", {"/b", "http://a.example/"}).empty());
    CHECK(host.set("V6FrontPass", {"/c", "http://a.example/", "max=5", "queue=1"}).empty());
    host.parms.path = const_cast<char*>("/in");
    CHECK(host.set("V6FrontPass", {"http://in.example/", "max=7"}).empty());
    CHECK(main_server.config().routes.match("/a")->limit == 1);
    CHECK(main_server.config().routes.match("/b")->limit == 0);
    CHECK(host.config().routes.match("/c")->limit == 2);
    CHECK(host.location().own_route->limit == 3);
    host.parms.path = nullptr;
    CHECK(host.set("V6FrontPassMatch", {"^/d", "http://a.example/", "queue=0", "max=1"}).empty());
    CHECK(host.set("V6FrontPassMatch", {"^/e", "http://a.example/"}).empty());
    CHECK(host.config().matches[0].limit == 4);
    CHECK(host.config().matches[1].limit == 0);
    CHECK(limits_in(main_server.pool) == 4);
    // Inherited by a virtual host, it is the same limit still.
    const auto& m = at<server_config>(
        v6front_merge_server_config(host.pool, &main_server.config(), &host.config()));
    CHECK(m.routes.match("/a")->limit == 1);
    CHECK(m.matches[0].limit == 4);
}

TEST_CASE("a rule by regular expression takes the settings that one by path takes", "[config]")
{
    bench b;
    std::vector<std::string> words{
        "/a",      "http://a.example/", "connect=1",     "response=2", "idle=3", "preservehost=off",
        "head=4k", "self=on",           "bufferbody=5k", "max=6",      "queue=7"};
    CHECK(b.set("V6FrontPass", words).empty());
    words[0] = "^/(.*)$";
    CHECK(b.set("V6FrontPassMatch", words).empty());
    REQUIRE(b.config().matches.size() == 1);
    const auto& paths = b.config().routes.match("/a")->settings;
    for (const auto* s : {&paths, &std::as_const(b.config().matches[0].settings)}) {
        CHECK(s->connect_timeout == 1s);
        CHECK(s->response_timeout == 2s);
        CHECK(s->idle_timeout == 3s);
        CHECK(s->preserve_host == false);
        CHECK(s->max_head == 4096U);
        CHECK(s->self == true);
        CHECK(s->max_buffered == 5120U);
        CHECK(s->max_in_flight == 6U);
        CHECK(s->max_queued == 7U);
    }
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
        {"V6FrontCheck", {"uri=health"}, "V6FrontCheck: uri="},
        {"V6FrontCheck", {"a.example", "often"}, "must be one of uri="},
        {"V6FrontCheck", {"a_b!", "uri=/"}, "V6FrontCheck: "},
        {"V6FrontPass", {"/", "http://a.example/", "queue=3"}, "queue= needs max="},
        {"V6FrontPass", {"/", "http://a.example/", "max=0"}, "max=\"0\" must be a number"},
        {"V6FrontPass", {"/"}, "needs a path and the URL"},
        {"V6FrontPass", {"a", "http://a.example/"}, "\"a\""},
        {"V6FrontPass", {"/", "wss://a.example/"}, "https://"},
        {"V6FrontPass", {"/", "http://a.example/", "colour=red"}, "colour"},
        {"V6FrontPass", {"/x", "!", "idle=3"}, "takes no settings"},
        {"V6FrontPass", {}, "needs the URL", "/in"},
        {"V6FrontPass", {"/x", "http://a.example/"}, "remove \"/x\"", "/in"},
        {"V6FrontPassMatch", {"(", "http://a.example/"}, "not a regular expression"},
        {"V6FrontPassMatch", {"^/"}, "needs a regular expression and the URL"},
        {"V6FrontPassMatch", {}, "needs a regular expression and the URL"},
        {"V6FrontPassMatch", {"^/", "http://a.example/", "max=0"}, "max=\"0\" must be a number"},
        {"V6FrontPassMatch", {"^/", "http://a.example/", "queue=3"}, "queue= needs max="},
        {"V6FrontPassMatch", {"^/", "http://a.example/", "idle"}, "must be written key=value"},
        {"V6FrontPassMatch", {"^/", "http://a.example/", "colour=red"}, "colour"},
        {"V6FrontPassMatch", {"^/x", "!", "idle=3"}, "takes no settings"},
        {"V6FrontPassReverse", {"/"}, "needs a path"},
        {"V6FrontPassReverse", {"/x", "http://a.example/"}, "takes only the URL", "/in"},
        {"V6FrontBackendV4", {}, "at least one IPv4 address"},
        {"V6FrontBackendV4", {"a.example"}, "at least one IPv4 address"},
        {"V6FrontBackendV4", {"a.example", "2001:db8::1"}, "over IPv4 only"},
        {"V6FrontBackendV4", {"a.example", "1.2.3.256"}, "\"1.2.3.256\" is not an IPv4 address"},
        {"V6FrontBackendV4", {"a.example", "::ffff:192.0.2.1"}, "over IPv4 only"},
        {"V6FrontBackendV4", {"a.example", "b.example:81"}, "is not a host name"},
        {"V6FrontBackendV4", {"*"}, "at least one IPv4 address"},
        {"V6FrontResolve", {"refresh"}, "key=value"},
        {"V6FrontResolve", {"ttl=30"}, "max-stale"},
        {"V6FrontResolve", {"timeout=never"}, "never"},
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
    CHECK_THAT(b.set("V6FrontThreads", {"2"}), ContainsSubstring("is for the whole server"));
    CHECK_THAT(b.set("V6FrontAccept", {"Off"}), ContainsSubstring("is for the whole server"));
    CHECK_THAT(b.set("V6FrontResolve", {"refresh=2"}),
               ContainsSubstring("is for the whole server"));
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
