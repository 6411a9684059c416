// SPDX-License-Identifier: Apache-2.0
//
// The run command: what it shows, that it stops, that it leaves nothing behind.
#include "deadline.hpp"
#include "demo.hpp"
#include "httpd_server.hpp"
#include "raw_client.hpp"

#include "catch.hpp"

#include <csignal>
#include <filesystem>

using namespace v6front;

namespace
{

std::vector<pid_t> descendants_of(pid_t parent)
{
    std::vector<pid_t> found = children_of(parent);
    for (std::size_t i = 0; i < found.size(); ++i) {
        for (const pid_t child : children_of(found[i]))
            found.push_back(child);
    }
    return found;
}

bool is_alive(pid_t pid)
{
    // The zombie of a process whose parent has gone is init's business.
    const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
    const std::size_t name_end = stat.rfind(") ");
    return name_end != std::string::npos && stat[name_end + 2] != 'Z';
}

} // namespace

TEST_CASE("scripts/run shows one request through the trap, and each log has one line of it",
          "[run]")
{
    const command_result shown = run_demo({"--once"});
    INFO(shown.output);
    CHECK(shown.code == 0);
    CHECK_THAT(shown.output, ContainsSubstring("HTTP/1.1 200 OK"));
    CHECK_THAT(shown.output, ContainsSubstring("x-forwarded-for=::1"));
    CHECK_THAT(shown.output, ContainsSubstring("host=www.legacy.test:"));
}

TEST_CASE("scripts/run fronts the site it is given", "[run]")
{
    const scratch_folder folder;
    const std::uint16_t port = free_port();
    process site({"test/site/start", folder.path(), std::to_string(port), "other.test"}, {},
                 folder.path() + "/output");
    await("the site to come up", [&] { return !read_file(folder.path() + "/site.pid").empty(); });

    const command_result shown =
        run_demo({"--once", "http://127.0.0.1:" + std::to_string(port) + "/"});
    INFO(shown.output);
    CHECK(shown.code == 0);
    CHECK_THAT(shown.output, ContainsSubstring("HTTP/1.1 200 OK"));
    CHECK_THAT(read_file(folder.path() + "/site-access.log"),
               ContainsSubstring("x-forwarded-for=::1"));
}

TEST_CASE("scripts/run says so when the site does not answer", "[run]")
{
    const command_result shown =
        run_demo({"--once", "http://127.0.0.1:" + std::to_string(free_port()) + "/"});
    INFO(shown.output);
    CHECK(shown.code == 1);
    CHECK_THAT(shown.output, ContainsSubstring("HTTP/1.1 502"));
    CHECK_THAT(shown.output, ContainsSubstring("That was not a good answer"));
}

TEST_CASE("scripts/run refuses what it cannot front, and says what would be right", "[run]")
{
    const std::vector<std::string> wrong = GENERATE(
        as<std::vector<std::string>>{}, std::vector<std::string>{"ftp://site.test/"},
        std::vector<std::string>{"https://site.test:x/"}, std::vector<std::string>{"http://[::1]/"},
        std::vector<std::string>{"site.test"}, std::vector<std::string>{"--unknown"},
        std::vector<std::string>{"http://a.test/", "http://b.test/"});
    const command_result refused = run_demo(wrong);
    INFO(refused.output);
    CHECK(refused.code == 2);
    CHECK_THAT(refused.output, ContainsSubstring(wrong.back()));
    CHECK_THAT(refused.output, ContainsSubstring("http[s]://name[:port]/"));
}

TEST_CASE("scripts/run ends in good order and leaves no process, port or file", "[run]")
{
    const int ending = GENERATE(SIGINT, SIGTERM, SIGHUP);
    CAPTURE(ending);
    demo shown;
    const std::vector<pid_t> servers = descendants_of(shown.pid());
    REQUIRE(servers.size() >= 4); // two servers and a child of each, at the least
    REQUIRE(can_connect(shown.port()));

    shown.signal(ending);
    CHECK(shown.exit_code() == 0);
    CHECK_FALSE(can_connect(shown.port()));
    for (const pid_t server : servers)
        CHECK_FALSE(is_alive(server));
    CHECK_FALSE(std::filesystem::exists(shown.folder()));
}

TEST_CASE("The servers of scripts/run go with it even if it is killed", "[run]")
{
    demo shown;
    const std::vector<pid_t> servers = descendants_of(shown.pid());
    const std::string folder = shown.folder();
    shown.signal(SIGKILL);
    CHECK(shown.exit_code() == 128 + SIGKILL);
    for (const pid_t server : servers)
        CHECK(eventually([server] { return !is_alive(server); }));
    std::filesystem::remove_all(folder);
}
