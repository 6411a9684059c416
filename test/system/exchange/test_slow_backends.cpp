// SPDX-License-Identifier: Apache-2.0
//
// A backend whose first byte is late is a line in the log: one a minute for each backend, by all
// child processes together.
#include "catch.hpp"
#include "deadline.hpp"
#include "leaping_clock.hpp"
#include "scripted_backend.hpp"
#include "process.hpp"
#include "user_agent.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <sstream>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

std::vector<std::string> slow_lines(const httpd_server& front)
{
    std::vector<std::string> found;
    std::istringstream text(front.error_log());
    for (std::string line; std::getline(text, line);)
        if (line.find("V6F0270") != std::string::npos)
            found.push_back(line);
    return found;
}

// In the midst between half of the time that the routes below give, response=4, and all of it: the
// engine's clock begins when it comes to that, which the site does not see.
constexpr auto late = 3000ms;

// Says nothing until the gate "late" is open.
scripted_backend::steps waiting()
{
    using namespace script;
    return {read_request(), gate("late"),
            answer([](const received_request&) { return response("late"); }), again()};
}

void let_time_pass(std::chrono::milliseconds time = late)
{
    const auto begin = std::chrono::steady_clock::now();
    await("the time to be late", [&] { return std::chrono::steady_clock::now() - begin > time; });
}

} // namespace

TEST_CASE("A slow backend is in the log, with who waited for it", "[logs]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    scripted_backend site(waiting()), quick([](const received_request&) { return response("x"); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url() +
                                          " response=4\nV6FrontPass /quick " + quick.url() +
                                          " response=4\n"));
    for (int i = 0; i < 3; ++i)
        CHECK(get(front, "/quick").status() == 200);
    user_agent client(front);
    client.send({"/late?a=b"});
    REQUIRE(site.wait_for_hits(1));
    let_time_pass();
    site.open("late");
    CHECK(client.read_response().status() == 200);
    client.leave();
    const auto is_said = [&] { return !slow_lines(front).empty(); };
    REQUIRE(eventually(is_said));
    const auto line = slow_lines(front).front();
    INFO(line);
    CHECK_THAT(line, ContainsSubstring("v6front:warn]"));
    CHECK_THAT(line, ContainsSubstring("backend " + site.authority() + " (" + site.authority() +
                                       ") is slow: GET /late waited "));
    CHECK(slow_lines(front).size() == 1);
    CHECK_THAT(line, ContainsSubstring("more than 2.0 s. If"));
    CHECK_THAT(line, ContainsSubstring(w.http2 ? "[remote ::1" : "[client ::1"));
}

TEST_CASE("A slow backend is one line a minute, whichever child has waited", "[logs]")
{
    const way w = GENERATE(from_range(one_of_each_mpm()));
    INFO(w);
    scripted_backend slow(waiting()), other(waiting());
    httpd_options options =
        options_for(w, "V6FrontPass / " + slow.url() + " response=4\nV6FrontPass /other " +
                           other.url() + " response=4\n");
    options.children = w.model == mpm::prefork ? 1 : 3;
    httpd_server front(options);
    // So many at once that no child has them all.
    std::deque<user_agent> clients;
    for (int i = 0; i < 9; ++i) {
        clients.emplace_back(front);
        clients.back().send({i == 8 ? "/other" : "/"});
    }
    REQUIRE(slow.wait_for_hits(8));
    REQUIRE(other.wait_for_hits(1));
    let_time_pass();
    slow.open("late");
    other.open("late");
    for (auto& each : clients)
        CHECK(each.read_response().status() == 200);
    const auto both = [&] { return slow_lines(front).size() >= 2; };
    REQUIRE(eventually(both));
    CHECK(front.access_log(9).size() == 9);
    CHECK(slow_lines(front).size() == 2);
}

TEST_CASE("A backend that stays slow is a line again after a minute, which counts the others",
          "[logs]")
{
    const way w = GENERATE(from_range(one_of_each_mpm()));
    INFO(w);
    using namespace script;
    // Each has a connection of its own, and waits for the gate of its number.
    std::vector<scripted_backend::steps> scripts;
    for (int i = 0; i < 4; ++i)
        scripts.push_back({read_request(), gate(std::to_string(i)), answer([](const auto&) {
                               return response("late", "Connection: close\r\n");
                           }),
                           close()});
    scripted_backend site(scripts);
    auto options = options_for(w, "V6FrontPass / " + site.url() + " response=4\n");
    leaping_clock clock(options);
    httpd_server front(options);
    const auto rest = [&front] {
        await("the front to wait", [&front] {
            const auto processes = front.children();
            return std::all_of(processes.begin(), processes.end(), is_asleep);
        });
    };
    // One after the other: of some at once, the first to speak may have counted others.
    for (std::size_t i = 0; i < 4; ++i) {
        user_agent client(front);
        client.send({"/"});
        REQUIRE(site.wait_for_hits(i + 1));
        rest(); // so its clock has begun; and it is late at once
        clock.leap(3s);
        site.open(std::to_string(i));
        CHECK(client.read_response().status() == 200);
        client.leave();
        CHECK(front.access_log(i + 1).size() == i + 1);
        const std::size_t lines = i < 3 ? 1 : 2;
        REQUIRE(eventually([&] { return slow_lines(front).size() == lines; }));
        rest();
        if (i == 2)
            clock.leap(61s);
    }
    CHECK(slow_lines(front)[0].find("Since the last such line") == std::string::npos);
    CHECK_THAT(
        slow_lines(front)[1],
        ContainsSubstring("Since the last such line 3 responses were as slow, the slowest took 3"));
}

TEST_CASE("What is no fault of the backend makes it no slow one", "[logs]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    // A client that is slow with its request body; a route that has been given more time.
    scripted_backend slow(waiting()), site([](const received_request&) { return response("x"); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url() +
                                          " response=4\nV6FrontPass /long " + slow.url() +
                                          " response=1h\n"));
    user_agent client(front);
    client.begin({"/quick", "POST"}, 8);
    REQUIRE(client.send_body("four"));
    REQUIRE(site.wait_for_hits(1));
    user_agent patient(front);
    patient.send({"/long"});
    REQUIRE(slow.wait_for_hits(1));
    let_time_pass();
    REQUIRE(client.send_body("four"));
    CHECK(client.read_response().status() == 200);
    slow.open("late");
    CHECK(patient.read_response().status() == 200);
    CHECK(front.access_log(2).size() == 2);
    CHECK(slow_lines(front).empty());
}

// Half of Timeout is more than five seconds, so here it matters whether anybody has set a time.
TEST_CASE("A route that is given the time that all have is given it", "[logs]")
{
    const way w = short_list().front(); // it takes its time
    scripted_backend usual(waiting()), route(waiting()), location(waiting());
    auto options =
        options_for(w, "V6FrontPass / " + usual.url() + "\nV6FrontPass /report " + route.url() +
                           " response=60s\nV6FrontPass /events " + location.url() +
                           "\n<Location /events>\nV6FrontTimeout response=60s\n</Location>\n");
    options.global += "Timeout 60\n";
    httpd_server front(options);
    std::deque<user_agent> clients;
    for (const char* target : {"/", "/report", "/events"}) {
        clients.emplace_back(front);
        clients.back().send({target});
    }
    for (auto* site : {&usual, &route, &location})
        REQUIRE(site->wait_for_hits(1));
    let_time_pass(5100ms);
    for (auto* site : {&usual, &route, &location})
        site->open("late");
    for (auto& each : clients)
        CHECK(each.read_response().status() == 200);
    CHECK(front.access_log(3).size() == 3);
    const auto is_said = [&] { return !slow_lines(front).empty(); };
    REQUIRE(eventually(is_said));
    REQUIRE(slow_lines(front).size() == 1);
    CHECK_THAT(slow_lines(front).front(), ContainsSubstring("GET / waited "));
}
