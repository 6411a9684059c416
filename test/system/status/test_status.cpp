// SPDX-License-Identifier: Apache-2.0
//
// What httpd's own status page (mod_status) says of requests that run on engines: what it says of
// requests that hold a thread each.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "status_view.hpp"
#include "user_agent.hpp"
#include "watching.hpp"
#include "ways.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <list>
#include <optional>

using namespace v6front;

namespace
{

constexpr unsigned threads = 12;

httpd_options with_status(const way& w, const std::string& url)
{
    httpd_options options = options_for(w, "V6FrontPass / " + url +
                                               "\nV6FrontPass /status !\n<Location /status>\n"
                                               "SetHandler server-status\n</Location>");
    options.modules = {"status"};
    options.threads = threads;
    return options;
}

// The machine-readable page: "Key: value" lines.
struct status_page {
    std::string text;

    std::optional<double> number(const std::string& key) const
    {
        const auto at = ("\n" + text).find("\n" + key + ": ");
        return at == text.npos ? std::nullopt
                               : std::optional(std::atof(text.c_str() + at + key.size() + 2));
    }
    // How many slots of the scoreboard are shown by this letter.
    long slots(char letter) const
    {
        const auto at = text.find("Scoreboard: ");
        REQUIRE(at != text.npos);
        const auto end = std::find(text.begin() + static_cast<long>(at), text.end(), '\n');
        return std::count(text.begin() + static_cast<long>(at) + 12, end, letter);
    }
};

status_page look(const httpd_server& front)
{
    return {get(front, "/status?auto").body};
}

double longest_lag(const status_view& seen)
{
    double longest = -1;
    for (const auto& process : seen.all().at("processes").as_array())
        for (const auto& engine : process.at("engines").as_array())
            longest = std::max(longest, number_at(engine, "/lag_max"));
    return longest;
}

} // namespace

TEST_CASE("mod_status: an idle server has no busy worker but the one that says so", "[status]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site([](const auto&) { return response("x"); });
    httpd_server front(with_status(w, site.url()));
    for (int i = 0; i < 20; ++i)
        get(front, "/");
    status_page page;
    const bool idle = eventually([&] {
        page = look(front);
        return page.number("BusyWorkers") == 1.0 && page.slots('C') == 0;
    });
    INFO(page.text);
    CHECK(idle);
    CHECK(page.number("IdleWorkers").value_or(0) >= threads - 1);
    // 20 exchanges on loopback, in milliseconds: not the time since 1970.
    CHECK(page.number("Total Duration").value_or(1e9) < 60000);
    CHECK(page.number("Total Accesses").value_or(0) >= 20);
}

// Also that of a hook before the request is suspended. Where MPMs process requests themselves,
// httpd counts twice (ap_process_request_after_handler and its caller).
TEST_CASE("mod_status: a request's time on an engine is counted once", "[status]")
{
    const way w = GENERATE(from_range(http1_ways()));
    if (!w.adopted())
        return;
    INFO(w);
    scripted_backend site([](const auto&) { return response("x"); });
    httpd_options options = with_status(w, site.url());
    options.modules.push_back("lua");
    const scratch_folder folder;
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
    write_file(folder.path() + "/slow.lua", "function slow(r)\n os.execute(\"sleep 1.1\")\n"
                                            " return apache2.DECLINED\nend\n");
    options.site += "\n<Location /slow>\nLuaHookFixups " + folder.path() +
                    "/slow.lua slow\n</Location>\n" + status_location();
    httpd_server front(options);
    const auto began = std::chrono::steady_clock::now();
    CHECK(get(front, "/slow").body == "x");
    const std::chrono::duration<double, std::milli> waited =
        std::chrono::steady_clock::now() - began;
    status_page page;
    CHECK(eventually([&] {
        page = look(front);
        return page.number("Total Duration").value_or(0) >= 1000;
    }));
    INFO(page.text);
    // Twice would be about two times as long as the client has waited.
    CHECK(page.number("Total Duration").value_or(1e9) < 1.5 * waited.count());
    // An engine looks at the clock once a second, and this one could not for longer.
    status_view seen("{}");
    const bool was_late =
        eventually_shown(front, seen, [](const status_view& s) { return longest_lag(s) > 0.05; });
    INFO(seen.text());
    CHECK(was_late);
}

// In whole hundredths of a second, of all processes.
TEST_CASE("mod_status: the processor's time is counted", "[status]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site([](const auto&) { return response("x"); });
    httpd_server front(with_status(w, site.url()));
    status_page page;
    const bool counted = eventually([&] {
        for (int i = 0; i < 50; ++i)
            get(front, "/");
        page = look(front);
        return page.number("CPUUser").value_or(0) + page.number("CPUSystem").value_or(0) > 0;
    });
    INFO(page.text);
    CHECK(counted);
}

TEST_CASE("mod_status: each request in flight has a row of its own", "[status]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    constexpr std::size_t asked = 8;
    scripted_backend site({script::read_request(), script::gate("go"),
                           script::answer([](const auto&) { return response("x"); })});
    httpd_server front(with_status(w, site.url()));
    std::list<user_agent> clients;
    for (std::size_t i = 0; i < asked; ++i)
        clients.emplace_back(front).send({"/waits/" + std::to_string(i)});
    REQUIRE(site.wait_for_hits(asked));
    const status_page page = look(front);
    INFO(page.text);
    CHECK(page.slots('W') == static_cast<long>(asked) + 1);
    CHECK(page.number("BusyWorkers") == asked + 1.0);
    // The page's own connection may be too young to be counted.
    const auto counted = [&] {
        const auto total = look(front).number("ConnsTotal");
        return total == asked + 0.0 || total == asked + 1.0;
    };
    if (w.adopted())
        CHECK(eventually(counted));
    const std::string html = get(front, "/status").body;
    for (std::size_t i = 0; i < asked; ++i)
        CHECK(html.find("GET /waits/" + std::to_string(i) + " HTTP/1.1") != html.npos);
    site.open("go");
    for (auto& client : clients)
        CHECK(client.read_response().status() == 200);
    // A thread of prefork is busy as long as its client's connection is kept.
    CHECK(eventually([&] { return look(front).slots('W') == 1; }));
}

TEST_CASE("mod_status: more requests than ThreadLimit has slots for are served all the same",
          "[status]")
{
    constexpr std::size_t asked = 100;
    scripted_backend site({script::read_request(), script::gate("go"),
                           script::answer([](const auto&) { return response("x"); })});
    httpd_server front(with_status(adopted_ways().front(), site.url()));
    std::list<user_agent> clients;
    for (std::size_t i = 0; i < asked; ++i)
        clients.emplace_back(front).send({"/"});
    REQUIRE(site.wait_for_hits(asked));
    site.open("go");
    for (auto& client : clients)
        CHECK(client.read_response().status() == 200);
    status_page page;
    const bool idle = eventually([&] {
        page = look(front);
        return page.number("BusyWorkers") == 1.0;
    });
    INFO(page.text);
    CHECK(idle);
    CHECK(page.number("Total Accesses").value_or(0) >= asked);
}

TEST_CASE("mod_status: connections of an engine count, and those that are kept alive", "[status]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site([](const auto&) { return response("x"); });
    httpd_server front(with_status(w, site.url()));
    std::list<user_agent> clients;
    for (int i = 0; i < 5; ++i) {
        clients.emplace_back(front).send({"/"});
        REQUIRE(clients.back().read_response().status() == 200);
    }
    status_page page;
    // The page's own connection may be too young to be counted.
    const auto shows = [&](double kept) {
        page = look(front);
        const double total = page.number("ConnsTotal").value_or(-1);
        return (total == kept || total == kept + 1) && page.number("ConnsAsyncKeepAlive") == kept;
    };
    const bool counted = eventually([&] { return shows(5); });
    INFO(page.text);
    CHECK(counted);
    clients.clear();
    CHECK(eventually([&] { return shows(0); }));
    INFO(page.text);
}
