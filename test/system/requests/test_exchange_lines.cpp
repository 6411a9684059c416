// SPDX-License-Identifier: Apache-2.0
//
// The life of an exchange in the error log, with LogLevel v6front:debug and trace1: a line for each
// step, all of them with the request's id.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"

#include <regex>
#include <sstream>

using namespace v6front;

namespace
{

struct life {
    std::string name;
    std::string level;
    std::string target;
    std::vector<std::string> steps; // regular expressions, in this order
};

const std::string end_point = "127\\.0\\.0\\.1:[0-9]+";

const std::vector<life>& lives()
{
    static const std::vector<life> all{
        {"one attempt",
         "debug",
         "/app/once",
         {"V6F0271: ID: GET /app/once goes to backend " + end_point +
              " as /once, by the rule in .*:[0-9]+, on an? (engine|thread)",
          "V6F0272: ID: attempt 1: new connection to " + end_point + " from " + end_point +
              ", after [0-9]+ us",
          "V6F0273: ID: attempt 1: status 200, first byte after [0-9]+ us",
          "V6F0275: ID: ended with 200 after [0-9]+ us, attempts: 1, 0 octets to the backend "
          "and 4 from it$"}},
        {"no response",
         "debug",
         "/app/again",
         {"V6F0271: ID: GET /app/again goes to", "V6F0272: ID: attempt 1: new connection",
          "V6F0274: ID: attempt 1 at " + end_point +
              " failed: response head: the backend closed the connection without a response.*; "
              "it is not repeated",
          "V6F0275: ID: ended with 502 .*: the backend closed"}},
        {"in detail",
         "trace1",
         "/app/hint",
         {"V6F0271: ID: ", "ID: the backend's addresses, the preferred one first: " + end_point,
          "V6F0272: ID: ", "ID: interim response 103", "V6F0273: ID: ", "V6F0275: ID: "}},
        {"a backend that refuses",
         "debug",
         "/dead/x",
         {"V6F0271: ID: ",
          "V6F0274: ID: attempt 1 at " + end_point +
              " failed: connect: the backend refused the connection.*; it is not repeated",
          "V6F0275: ID: ended with 502 .* attempts: 1, .*: connect: the backend refused"}},
    };
    return all;
}

std::vector<std::string> lines_with(const httpd_server& front, const std::string& part)
{
    std::vector<std::string> found;
    std::istringstream text(front.error_log());
    for (std::string line; std::getline(text, line);)
        if (line.find(part) != std::string::npos)
            found.push_back(line);
    return found;
}

} // namespace

TEST_CASE("An operator can follow an exchange in the log", "[logs]")
{
    const way w = GENERATE(from_range(every_way()));
    const life l = GENERATE(from_range(lives()));
    INFO(w << ", " << l.name);
    using namespace script;
    scripted_backend site([](const received_request& r) {
        const std::string target = r.message.target();
        if (target == "/again")
            return std::string();
        return (target == "/hint" ? "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" : "") +
               response("four");
    });
    scripted_backend mute({read_request(), close()});
    httpd_server front(options_for(
        w, "LogLevel v6front:" + l.level + "\nV6FrontPass /app/ " + site.url() +
               "\nV6FrontPass /app/again " + mute.url() +
               "again\nV6FrontPass /dead http://127.0.0.1:" + std::to_string(free_port()) +
               "\nV6FrontAddHeaders +X-Request-ID\n"));
    get(front, l.target);
    const auto said_at_end = [&] { return !lines_with(front, "V6F0275").empty(); };
    REQUIRE(eventually(said_at_end));
    std::string id;
    if (l.target != "/dead/x")
        id = (l.target == "/app/again" ? mute : site).request(0).message.value("X-Request-ID");
    else
        id = "[0-9a-f]{32}";
    const auto log = lines_with(front, l.target == "/dead/x" ? " V6F027" : id);
    std::ostringstream all;
    for (const auto& line : log)
        all << line << '\n';
    INFO(all.str());
    std::size_t at = 0;
    for (const auto& step : l.steps) {
        const std::regex wanted(std::regex_replace(step, std::regex("ID"), id));
        INFO(step);
        while (at < log.size() && !std::regex_search(log[at], wanted))
            ++at;
        CHECK(at < log.size());
    }
    CHECK(lines_with(front, "interim response").empty() == (l.level == "debug"));
}

TEST_CASE("A repeated attempt can be followed in the log", "[logs]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const responder ok = [](const received_request&) { return response("ok"); };
    using namespace script;
    scripted_backend site(
        std::vector<scripted_backend::steps>{{read_request(), answer(ok), read_request(), close()},
                                             {read_request(), answer(ok), again()}});
    httpd_server front(
        options_for(w, "LogLevel v6front:debug\nV6FrontPass / " + site.url() + "\n"));
    user_agent agent(front); // one connection, so that one engine has both
    for (const char* target : {"/first", "/second"}) {
        agent.send({target});
        CHECK(agent.read_response().status() == 200);
    }
    const auto all_said = [&] { return lines_with(front, "V6F0275").size() == 2; };
    REQUIRE(eventually(all_said));
    const auto log = front.error_log();
    for (const char* part : {"attempt 1: kept connection to ", "; it is repeated",
                             "attempt 2: new connection to ", ", attempts: 2, "})
        CHECK_THAT(log, ContainsSubstring(part));
}

TEST_CASE("Without debugging an exchange that went well is not in the error log", "[logs]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("four"); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url() + "\n"));
    CHECK(get(front, "/").status() == 200);
    CHECK(front.access_log(1).size() == 1);
    CHECK(front.complaints().empty());
    CHECK(lines_with(front, "V6F027").size() == lines_with(front, "V6F0276: mod_v6front/").size());
}

TEST_CASE("The log says the version at each start, and nothing else does", "[logs]")
{
    const way w = GENERATE(from_range(one_of_each_mpm()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("four"); });
    httpd_options options = options_for(w, "V6FrontPass / " + site.url() + "\n");
    httpd_server front(options);
    const std::regex line(R"(\[v6front:notice\].* V6F0276: mod_v6front/[0-9]+\.[0-9]+\.[0-9]+ )"
                          R"(configured: 1 virtual hosts with routes, on (engines|threads))");
    auto starts = lines_with(front, "V6F0276");
    REQUIRE(starts.size() == 1);
    INFO(starts[0]);
    CHECK(std::regex_search(starts[0], line));
    front.graceful();
    CHECK(lines_with(front, "V6F0276").size() == 2);
    const http_message answer = get(front, "/");
    CHECK_THAT(answer.value("Server"), !ContainsSubstring("v6front"));
}
