// SPDX-License-Identifier: Apache-2.0
//
// Hooks, filters and loggers of other modules that keep a thread for long: the first such call is
// seen by all connections of an engine, and the following ones by nobody else.
#include "catch.hpp"
#include "leaping_clock.hpp"
#include "private_network.hpp"
#include "scripted_backend.hpp"
#include "scripted_names.hpp"
#include "text_lines.hpp"
#include "ways.hpp"
#include "watching.hpp"

#include <algorithm>
#include <filesystem>
#include <future>
#include <sys/stat.h>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

using clock_type = std::chrono::steady_clock;

// Less than each of them takes.
constexpr auto noticed = 300ms;

// One way to be slow, in a virtual host of its own.
struct slow_case {
    std::string what;
    std::vector<std::string> modules;
    std::string config;   // of that virtual host; $folder is the server's
    std::string names_it; // in the log
    int status = 200;
    std::vector<std::pair<std::string, std::string>> files{};
    std::vector<std::pair<std::string, std::string>> fields{};
    std::string host = "slow.test"; // that is named in the log
    bool never_here = false;        // runs on a thread from the first request on
};

const std::string lua =
    "function slow(r)\n os.execute(\"sleep 0.7\")\n return apache2.DECLINED\nend\n"
    "function slow_filter(r)\n os.execute(\"sleep 0.7\")\n coroutine.yield()\n"
    "while bucket ~= nil do coroutine.yield(bucket) end\nend\n";

slow_case lua_hook(const std::string& hook, const std::string& names_it = "before the handler")
{
    return {hook, {"lua"}, hook + " $folder/slow.lua slow", names_it, 200, {{"slow.lua", lua}}};
}

// Hashes to nobody's password: looking costs half a second of processor time.
const std::string bcrypt = "alice:$2y$14$abcdefghijklmnopqrstuuW5Wz6zV0r1c8bnQe1Y8nWq0s0d0e0f0a\n";

const std::vector<slow_case>& slow_cases()
{
    static const std::vector<slow_case> table{
        lua_hook("LuaHookAccessChecker"),
        lua_hook("LuaHookFixups"),
        lua_hook("LuaHookLog", "a filter or a logger"),
        {"an output filter that is not one of httpd's own",
         {"lua"},
         "LuaOutputFilter slow $folder/slow.lua slow_filter\nSetOutputFilter slow",
         "",
         200,
         {{"slow.lua", lua}},
         {},
         "slow.test",
         true},
        {"a program that rewrites",
         {"rewrite"},
         "RewriteEngine On\nRewriteMap ask prg:$folder/slow.sh\nRewriteRule ^ - "
         "[E=x:${ask:x}]",
         "before the handler",
         200,
         {{"slow.sh", "#!/bin/sh\nwhile read -r x; do sleep 0.7; echo y; done\n"}}},
        {"a password that is dear to check",
         {"auth_basic", "authn_core", "authn_file", "authz_core", "authz_user"},
         "<Location />\nAuthType Basic\nAuthName x\nAuthBasicProvider file\n"
         "AuthUserFile $folder/users\nRequire valid-user\n</Location>",
         "before the handler",
         401,
         {{"users", bcrypt}},
         {{"Authorization", "Basic YWxpY2U6d3Jvbmc="}}},
        {"a rule before all",
         {"unique_id", "security2"},
         "SecRuleEngine On\nSecAction \"id:1,phase:1,pass,nolog,exec:$folder/slow.sh\"",
         "an early hook (post_read_request)",
         200,
         {{"slow.sh", "#!/bin/sh\nsleep 0.7\necho done\n"}},
         {},
         "site.test"}, // the first of that address
    };
    return table;
}

std::string with_folder(std::string text, const std::string& folder)
{
    for (auto at = text.find("$folder"); at != text.npos; at = text.find("$folder"))
        text.replace(at, 7, folder);
    return text;
}

httpd_options options_with(const slow_case& c, const way& w, const std::string& site,
                           const std::string& folder)
{
    httpd_options options = options_for(w, "V6FrontPass / " + site);
    options.port = free_port();
    options.modules = c.modules;
    options.global = "V6FrontThreads 1\n";
    const std::string tls = w.tls ? "SSLEngine On\nSSLCertificateFile " +
                                        test_certificate().certificate +
                                        "\nSSLCertificateKeyFile " + test_certificate().key + "\n"
                                  : "";
    options.site += "\n</VirtualHost>\n<VirtualHost *:" + std::to_string(options.port) +
                    ">\nServerName slow.test\n" + tls + "V6FrontPass / " + site + "\n" +
                    with_folder(c.config, folder);
    return options;
}

void write_files(const slow_case& c, const std::string& folder)
{
    chmod(folder.c_str(), 0755);
    for (const auto& [name, text] : c.files) {
        write_file(folder + "/" + name, text);
        chmod((folder + "/" + name).c_str(), 0755);
    }
}

// The longest that another client waited while this request was answered.
clock_type::duration longest_beside(const httpd_server& front, const question& slow, int status)
{
    raw_client other(front.port(), client_for(front));
    raw_client client(front.port(), client_for(front));
    clock_type::duration longest{};
    client.send(request_text(slow));
    // Some more after the answer: loggers come last.
    for (int more = 5; more > 0;) {
        const auto start = clock_type::now();
        other.send(request_text({"/fast"}));
        REQUIRE(other.read_response().status() == 200);
        longest = std::max(longest, clock_type::now() - start);
        more -= client.has_input() ? 1 : 0;
    }
    const http_message answer = client.read_response();
    CHECK(answer.status() == status);
    CHECK(answer.complete);
    // The next one on that connection is answered when all of this one has ended.
    client.send(request_text({"/fast"}));
    CHECK(client.read_response().status() == 200);
    return longest;
}

// A busy machine is slow by itself, now and then.
bool harms_nobody(const httpd_server& front, const question& slow, int status)
{
    for (int i = 0; i < 4; ++i) {
        if (longest_beside(front, slow, status) < noticed)
            return true;
    }
    return false;
}

// Of all these words. A busy machine makes other virtual hosts slow now and then.
long lines_with(const std::string& text, const std::vector<std::string>& words)
{
    const auto lines = lines_of(text);
    return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
        return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
            return line.find(word) != std::string::npos;
        });
    });
}

} // namespace

TEST_CASE("What keeps an engine for long keeps it once, and is named", "[slow_hooks]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    const slow_case c = GENERATE(from_range(slow_cases()));
    INFO(c.what);
    const scratch_folder folder;
    write_files(c, folder.path());
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_with(c, w, site.url(), folder.path()));
    question slow{"/dear", "GET", c.fields, "", false, "slow.test"};
    const auto first = longest_beside(front, slow, c.status);
    CHECK((c.never_here || first > noticed)); // the case is one
    CHECK((first < noticed || harms_nobody(front, slow, c.status)));
    const std::string log = front.error_log();
    CHECK(count(log, "V6F0107: GET /dear: ") == (c.never_here ? 0 : 1));
    if (c.never_here)
        return;
    const auto at = log.find("V6F0107: GET /dear: ");
    REQUIRE(at != log.npos);
    const std::string line = log.substr(at, log.find('\n', at) - at);
    CHECK_THAT(line, ContainsSubstring(c.names_it));
    CHECK_THAT(line, ContainsSubstring("virtual host " + c.host + ":"));
}

// Three kinds of hooks, of which each has its own time.
TEST_CASE("After a minute without slow hooks a virtual host is on the engines again",
          "[slow_hooks]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    const std::string what = GENERATE("LuaHookAccessChecker", "LuaHookLog", "a rule before all");
    INFO(what);
    const slow_case c = *std::find_if(slow_cases().begin(), slow_cases().end(),
                                      [&](const slow_case& one) { return one.what == what; });
    const scratch_folder folder;
    write_files(c, folder.path());
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_with(c, w, site.url(), folder.path());
    leaping_clock clock(options);
    httpd_server front(options);
    const question slow{"/dear", "GET", c.fields, "", false, "slow.test"};
    const auto lines = [&](const std::string& begin) { return count(front.error_log(), begin); };
    const std::string leaves = "V6F0107: GET /dear: ";
    const std::string returns = "V6F0108: virtual host " + c.host + ":";
    CHECK(longest_beside(front, slow, c.status) > noticed);
    CHECK(lines(leaves) == 1);
    for (int i = 0; i < 2; ++i) { // each time makes the stay longer
        clock.leap(50s);
        CHECK(harms_nobody(front, slow, c.status));
        CHECK(lines(returns) == 0);
    }
    clock.leap(61s);
    CHECK(longest_beside(front, slow, c.status) > noticed); // an engine ran it
    CHECK(lines(returns) == 1);
    CHECK(lines_with(front.error_log(), {returns, ": 60 s without a slow call of "}) == 1);
    CHECK(lines(leaves) == 2);
    // Slow again, and soon.
    CHECK(lines_with(front.error_log(), {leaves, " run on threads until 120 s pass"}) == 1);
    clock.leap(61s);
    CHECK(harms_nobody(front, slow, c.status));
    CHECK(lines(returns) == 1);
}

TEST_CASE("A virtual host whose hooks are slow holds no thread for its tunnels and slow sites",
          "[slow_hooks]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    const slow_case c = lua_hook("LuaHookFixups");
    const scratch_folder folder;
    write_files(c, folder.path());
    scripted_backend site(scripted_backend::steps{script::read_request(), script::gate("answer"),
                                                  script::send(response("late")), script::again()});
    httpd_options options = options_with(c, w, site.url(), folder.path());
    options.threads = 3;
    httpd_server front(options);
    question slow{"/dear", "GET", {}, "", false, "slow.test"};
    std::vector<raw_client> clients;
    for (std::size_t i = 0; i < 12; ++i) { // more than there are threads
        clients.emplace_back(front.port(), client_for(front));
        clients.back().send(request_text(slow));
    }
    CHECK(site.wait_for_hits(clients.size()));
    site.open("answer");
    for (raw_client& client : clients)
        CHECK(client.read_response().body == "late");
}

TEST_CASE("A name server that is slow to say who a client is delays that virtual host alone",
          "[slow_hooks]")
{
    if (!private_network::possible("clients' names by a slow name server"))
        return;
    struct row {
        std::string config;
        int status;
    };
    const row r =
        GENERATE(values<row>({{"HostnameLookups On\nCustomLog $folder/log %h", 200},
                              {"<Location />\nRequire host friend.test\n</Location>", 403},
                              {"<Location />\nRequire forward-dns slow.name.test\n"
                               "</Location>",
                               403}}));
    INFO(r.config);
    const private_network network;
    scripted_names names;
    write_file("/etc/hosts", "127.0.0.1 localhost\n"); // of this network: ::1 is nobody
    names.fall_silent();                               // the library gives up after a second
    scripted_backend site([](const received_request&) { return response("ok"); });
    const slow_case c{r.config, {"authz_host"}, r.config, "", r.status};
    const scratch_folder folder;
    httpd_options options = options_with(c, every_way()[0], site.url(), folder.path());
    options.system_names = true;
    options.environment = {"RES_OPTIONS=timeout:1 attempts:1"};
    httpd_server front(options);
    CHECK(count(front.error_log(), "V6F0220") == 1);
    question slow{"/dear", "GET", {}, "", false, "slow.test"};
    CHECK(longest_beside(front, slow, r.status) > noticed);
    CHECK(harms_nobody(front, slow, r.status));
    CHECK(count(front.error_log(), "V6F0107: GET /dear: ") == 1);
}

TEST_CASE("An engine that does not come back from a hook is told of, and the next such request "
          "keeps no other",
          "[slow_hooks]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    const slow_case c{"held",
                      {"lua"},
                      "LuaHookFixups $folder/held.lua held",
                      "",
                      200,
                      {{"held.lua", "function held(r)\n io.open(\"$folder/in\", \"w\"):close()\n"
                                    "while not io.open(\"$folder/out\") do os.execute(\"sleep "
                                    "0.01\") end\n return apache2.DECLINED\nend\n"}}};
    const scratch_folder folder;
    chmod(folder.path().c_str(), 0777);
    write_file(folder.path() + "/held.lua", with_folder(c.files[0].second, folder.path()));
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_with(c, w, site.url(), folder.path());
    options.global = "V6FrontThreads 2\n";
    leaping_clock clock(options);
    httpd_server front(options);
    const auto hold = [&] {
        std::filesystem::remove(folder.path() + "/in");
        raw_client client(front.port(), client_for(front));
        client.send(request_text({"/held", "GET", {}, "", false, "slow.test"}));
        await("the hook", [&] { return std::filesystem::exists(folder.path() + "/in"); });
        return client;
    };
    raw_client first = hold();
    CHECK(count(front.error_log(), "V6F0109") == 0);
    clock.leap(11s);
    await("the line",
          [&] { return count(front.error_log(), "V6F0109: virtual host slow.test:") > 0; });
    raw_client second = hold();
    CHECK(get(front, "/fast").status() == 200); // by the other engine
    clock.leap(11s);
    write_file(folder.path() + "/out", "");
    CHECK(first.read_response().status() == 200);
    CHECK(second.read_response().status() == 200);
    CHECK(count(front.error_log(), "V6F0109") == 1);
}
