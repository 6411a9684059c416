// SPDX-License-Identifier: Apache-2.0
//
// The forms of v6front-status, as programs and browsers take them: HTTP, JSON, Prometheus's own
// checker. What operators have written is text in all of them.
#include "catch.hpp"
#include "deadline.hpp"
#include "process.hpp"
#include "scripted_backend.hpp"
#include "status_front.hpp"
#include "user_agent.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <set>

using namespace v6front;

namespace
{

std::string promtool()
{
    for (const auto* folder : {"build/debian", "/usr/bin"}) {
        const auto file = std::string(folder) + "/promtool";
        if (std::filesystem::exists(file))
            return file;
    }
    return {};
}

} // namespace

TEST_CASE("v6front-status is never cached, says what it is, and changes nothing",
          "[v6front_status]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    status_front b(w);
    const std::pair<const char*, const char*> forms[] = {
        {"", "text/html; charset=utf-8"},
        {"?auto", "text/plain; charset=utf-8"},
        {"?json", "application/json"},
        {"?prometheus=", "text/plain; version=0.0.4; charset=utf-8"},
    };
    for (const auto& [query, type] : forms) {
        INFO(query);
        const auto target = std::string("/v6front-status") + query;
        const auto shown = get(b.front, target);
        CHECK(shown.status() == 200);
        CHECK(shown.value("Content-Type") == type);
        CHECK(shown.value("Cache-Control") == "no-store");
        CHECK(shown.value("X-Content-Type-Options") == "nosniff");
        CHECK(shown.body.size() > 500);
        const auto head = ask(b.front, {target, "HEAD"});
        CHECK(head.status() == 200);
        CHECK(head.value("Content-Type") == type);
        CHECK(head.body.empty());
    }
    question post{"/v6front-status", "POST"};
    post.body = "x";
    CHECK(ask(b.front, post).status() == 405);
}

TEST_CASE("v6front-status shows what an operator has written as text", "[v6front_status]")
{
    status_front b;
    const auto page = get(b.front, "/v6front-status").body;
    CHECK(page.find("<img") == page.npos);
    CHECK_THAT(page,
               ContainsSubstring("V6FrontPassMatch ^/&lt;img src=x onerror=alert(1)&gt;&#39;"));
    const auto seen = status_view::of(b.front);
    INFO(seen.text());
    const auto rules = seen.site(b.site.authority()).at("rules").as_array();
    REQUIRE(rules.size() == 2);
    CHECK_THAT(std::string(rules[1].as_string()),
               ContainsSubstring("^/<img src=x onerror=alert(1)>'&(.*)\xef\xbf\xbd$"));
    const auto lines = get(b.front, "/v6front-status?auto").body;
    CHECK_THAT(lines, ContainsSubstring("Rule[1]: V6FrontPassMatch ^/<img src=x"));
}

TEST_CASE("Python reads the JSON of v6front-status, and the manual explains each of its fields",
          "[v6front_status]")
{
    status_front b;
    const scratch_folder folder;
    std::ofstream(folder.path() + "/status.json") << get(b.front, "/v6front-status?json").body;
    std::ofstream(folder.path() + "/read.py") << R"(import json, sys
s = json.load(open(sys.argv[1], encoding="utf-8"))
manual = open(sys.argv[2], encoding="utf-8").read()
missing = set()
def walk(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in manual:
                missing.add(key)
            walk(inner)
    elif isinstance(value, list):
        for inner in value:
            walk(inner)
walk(s)
for key in missing:
    print("not in the manual:", key)
assert s["schema"] == "v6front-status/1"
assert s["started"] <= s["counters_since"] <= s["now"]
for site in s["sites"]:
    for a in site["addresses"]:
        for l in a["latency"].values():
            assert len(l["counts"]) == len(s["buckets"]) + 1
            assert sum(l["counts"]) == l["count"]
assert not missing
print("good")
)";
    const auto read =
        run_command({"python3", folder.path() + "/read.py", folder.path() + "/status.json",
                     "mod_v6front/manual/guides/status.md"});
    INFO(read.output);
    CHECK(read.code == 0);
    CHECK_THAT(read.output, ContainsSubstring("good"));
}

TEST_CASE("the manual has each metric of v6front-status", "[v6front_status]")
{
    status_front b;
    const auto text = get(b.front, "/v6front-status?prometheus").body;
    std::ifstream file("mod_v6front/manual/guides/status.md");
    const std::string manual{std::istreambuf_iterator<char>(file), {}};
    const std::regex type("# TYPE ([a-z0-9_]+) ([a-z]+)\n");
    std::size_t metrics = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), type), end; at != end; ++at, ++metrics)
        CHECK_THAT(manual, ContainsSubstring("| `" + (*at)[1].str() + "` | " + (*at)[2].str()));
    CHECK(metrics > 25);
}

TEST_CASE("v6front-status has as many labels as the manual says, however many addresses a site has",
          "[v6front_status]")
{
    std::string addresses;
    for (int i = 1; i <= 20; ++i)
        addresses += " 127.0.1." + std::to_string(i);
    const auto backend = "http://many.test:" + std::to_string(free_port());
    httpd_server front(options_for(adopted_ways().front(),
                                   "V6FrontBackendV4 many.test" + addresses + "\nV6FrontPass / " +
                                       backend + "/\n" + status_location()));
    const auto labels = [&] {
        std::set<std::string> found;
        const auto text = get(front, "/v6front-status?prometheus").body;
        const std::regex label("backend=\"" + backend + "\",address=\"([^\"]*)\"");
        for (std::sregex_iterator at(text.begin(), text.end(), label), end; at != end; ++at)
            found.insert((*at)[1]);
        return found;
    };
    CHECK(labels().size() == 17); // before a request, too
    const auto without_room = [&] {
        const auto text = get(front, "/v6front-status?json").body;
        return number_at(status_view(text).address(backend, ""),
                         "/attempt_failures/connect_refused");
    };
    while (without_room() < 1)
        REQUIRE(get(front, "/").status() == 502);
    CHECK(labels().size() == 17);
    CHECK(labels().contains(""));
}

TEST_CASE("promtool finds nothing wrong with the metrics of v6front-status", "[v6front_status]")
{
    const auto tool = promtool();
    if (tool.empty()) {
        std::cout
            << "skipped: promtool and the metrics of v6front-status (build/debian/promtool is "
               "not there; scripts/packages test fetches it)"
            << std::endl;
        return;
    }
    status_front b;
    const scratch_folder folder;
    const auto file = folder.path() + "/metrics";
    std::ofstream(file) << get(b.front, "/v6front-status?prometheus").body;
    const auto checked = run_command({"sh", "-c", tool + " check metrics <" + file + " 2>&1"});
    INFO(checked.output);
    CHECK(checked.code == 0);
    CHECK(checked.output.empty());
    // It does find something.
    std::ofstream(file) << "# TYPE x counter\nx 1\n";
    CHECK(run_command({"sh", "-c", tool + " check metrics <" + file + " 2>&1"}).code != 0);
}
