// SPDX-License-Identifier: Apache-2.0
//
// Each line of a log that the manual shows is one that a front writes: compared word by word, with
// numbers, addresses and ids left out.
#include "catch.hpp"
#include "deadline.hpp"
#include "manual_blocks.hpp"
#include "scripted_backend.hpp"
#include "text_lines.hpp"
#include "user_agent.hpp"

#include <algorithm>
#include <filesystem>
#include <regex>

using namespace v6front;

namespace
{

// What of a line does not depend on the moment and the machine.
std::string shape(std::string line)
{
    static const std::pair<std::regex, const char*> parts[] = {
        {std::regex("\\. Since the last such line .*|\\. If that is usual .*"), ""},
        {std::regex("\\[client [^\\]]*\\]"), "CLIENT"},
        {std::regex("[0-9a-f]{32}"), "ID"},
        {std::regex("/[^ \"]*:[0-9]+, on"), "FILE, on"},
        {std::regex("[0-9]+(\\.[0-9]+){3}:[0-9]+"), "ADDRESS"},
        {std::regex("www\\.example\\.org(:[0-9]+)?"), "BACKEND"}, // no port is the usual one
        {std::regex("^[0-9a-f:]+ "), "CLIENT "},
        {std::regex("\\[[0-9A-Z][^\\]]*\\] "), ""},
        {std::regex("(mod_v6front|curl|test)/[0-9.]+"), "PROGRAM"},
        {std::regex("[0-9]+(\\.[0-9]+)?"), "N"},
    };
    // An error line has its time and its process before the message.
    line = std::regex_replace(
        line, std::regex("^\\[[^\\]]*\\] (\\[v6front:[a-z]+\\]) \\[pid [^\\]]*\\]"), "$1");
    const auto number = line.find("V6F0");
    if (line.find(" goes to backend ") != line.npos || line.find(": attempt ") != line.npos ||
        line.find(": ended with ") != line.npos)
        line = line.substr(number); // the manual leaves out where they come from
    const auto code = number == line.npos ? "" : line.substr(line.find("V6F0"), 7);
    for (const auto& [expression, by] : parts)
        line = std::regex_replace(line, expression, by);
    return code + " " + line;
}

// The site of the manual's examples: it closes a kept connection instead of the answer to /news,
// and /report is slow.
scripted_backend::steps closing()
{
    using namespace script;
    const auto body = [](const received_request&) { return response("5120"); };
    return {read_request(), answer(body), read_request(), close()};
}

scripted_backend::steps answering()
{
    using namespace script;
    return {read_request(), answer([](const received_request&) { return response("5120"); }),
            again()};
}

struct news_site {
    news_site()
        : site({closing(), answering()}),
          slow({script::read_request(), script::gate("late"),
                script::answer([](const received_request&) { return response("x"); })}),
          front(options())
    {
    }
    httpd_options options() const
    {
        const auto url = [](const scripted_backend& b) {
            return "http://www.example.org:" + std::to_string(b.port());
        };
        auto all = options_for(adopted_ways().front(), "LogLevel v6front:debug\nV6FrontPass / " +
                                                           url(site) + "/\nV6FrontPass /report " +
                                                           url(slow) + "/report\nCustomLog " +
                                                           access_log() + " v6front\n");
        all.hosts += "127.0.0.1 www.example.org\n";
        all.global += "Include " + std::filesystem::absolute("conf.d/v6front.conf").string() + "\n";
        return all;
    }
    std::string access_log() const { return folder.path() + "/access.log"; }
    scratch_folder folder;
    scripted_backend site, slow;
    httpd_server front;
};

} // namespace

TEST_CASE("Manual: each line of a log is one that a front writes", "[manual]")
{
    news_site with;
    user_agent client(with.front);
    for (const char* target : {"/first", "/news", "/news"}) {
        client.send({target, "GET", {{"User-Agent", "curl/8.5"}}});
        CHECK(client.read_response().status() == 200);
    }
    user_agent patient(with.front);
    patient.send({"/report"});
    REQUIRE(with.slow.wait_for_hits(1));
    const auto begin = std::chrono::steady_clock::now();
    await("what is slow where nobody has set it", [&] {
        return std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(5100);
    });
    with.slow.open("late");
    CHECK(patient.read_response().status() == 200);
    CHECK(eventually([&] { return lines_of(read_file(with.access_log())).size() == 4; }));
    CHECK(eventually([&] { return with.front.error_log().find("V6F0270") != std::string::npos; }));

    std::vector<std::string> written;
    for (const auto& log : {with.front.error_log(), read_file(with.access_log())})
        for (const auto& line : lines_of(log))
            written.push_back(shape(line));
    std::size_t compared = 0;
    for (const auto& block : blocks_in("log")) {
        auto at = written.begin(); // a block's lines come in its order
        for (const auto& line : lines_of(block.text)) {
            if (line.find("AH0") != line.npos)
                continue; // httpd's own
            INFO(block.place << "\n" << line << "\n" << shape(line));
            at = std::find(at, written.end(), shape(line));
            std::string all;
            if (at == written.end())
                for (const auto& each : written)
                    all += each + "\n";
            INFO(all);
            REQUIRE(at != written.end());
            ++at;
            ++compared;
        }
    }
    CHECK(compared > 7);
}
