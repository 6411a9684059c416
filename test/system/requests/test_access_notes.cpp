// SPDX-License-Identifier: Apache-2.0
//
// What the access log can say of a request: the LogFormat that is shipped, in every way and for
// every outcome; and the id that both sides log.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

using namespace v6front;

namespace
{

// "name=value" and "name=\"value\"" behind the fields of "combined".
std::map<std::string, std::string> fields_of(const std::string& line)
{
    std::map<std::string, std::string> all;
    for (std::size_t at = line.find(" id="); at < line.size();) {
        const std::size_t equals = line.find('=', ++at);
        const std::string name = line.substr(at, equals - at);
        const bool quoted = line[equals + 1] == '"';
        const std::size_t begin = equals + (quoted ? 2 : 1);
        const std::size_t end = std::min(line.find(quoted ? '"' : ' ', begin), line.size());
        all[name] = line.substr(begin, end - begin);
        at = end + (quoted ? 1 : 0);
    }
    return all;
}

httpd_options logging(const way& w, const std::string& site)
{
    httpd_options options = options_for(w, site + "\nCustomLog front.log v6front\n");
    options.global = "Include " + std::filesystem::absolute("conf.d/v6front.conf").string() + "\n";
    options.connections_per_thread = 0; // that file says it
    return options;
}

// The lines of the log, once there are that many. The clients have left: mod_http2 may log a
// request only when its connection has more to do, or ends.
std::vector<std::string> log_of(const httpd_server& front, std::size_t lines)
{
    std::vector<std::string> all;
    await("the access log", [&] {
        all.clear();
        std::istringstream text(read_file(front.places().folder + "/front.log"));
        for (std::string line; std::getline(text, line);)
            all.push_back(line);
        return all.size() >= lines;
    });
    REQUIRE(all.size() == lines);
    return all;
}

bool is_number(const std::string& text)
{
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

const std::string adds_id = "V6FrontAddHeaders +X-Request-ID\n";

} // namespace

TEST_CASE("The shipped LogFormat says where a request went, and what it took", "[notes]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("four"); });
    httpd_server front(logging(w, adds_id + "V6FrontPass / " + site.url() + "\n"));
    user_agent agent(front);
    for (const char* target : {"/first", "/second"}) {
        agent.send({target, "POST", {}, "123456"});
        CHECK(agent.read_response().status() == 200);
    }
    agent.leave();
    const auto lines = log_of(front, 2);
    std::set<std::string> ids;
    for (const std::size_t i : {0U, 1U}) {
        INFO(lines[i]);
        auto said = fields_of(lines[i]);
        CHECK_THAT(lines[i],
                   ContainsSubstring(i == 0 ? "\"POST /first HTTP/" : "\"POST /second HTTP/"));
        CHECK(said["id"] == site.request(i).message.value("X-Request-ID"));
        CHECK(said["id"].size() == 32);
        ids.insert(said["id"]);
        CHECK(said["backend"] == site.authority());
        CHECK(said["address"] == site.authority());
        CHECK(is_number(said["local"]));
        CHECK(said["connection"] == (site.request(i).connection > i ? "new" : "kept"));
        CHECK(said["attempts"] == "1");
        CHECK(said["queue"] == "0");
        for (const char* time : {"connect", "response", "total"}) {
            INFO(time);
            REQUIRE(is_number(said[time]));
        }
        CHECK(std::stoul(said["total"]) >=
              std::stoul(said["connect"]) + std::stoul(said["response"]));
        CHECK(std::stoul(said["total"]) > 0);
        CHECK(said["up"] == "6");
        CHECK(said["down"] == "4");
        CHECK(said["worker"] == (w.adopted() ? "engine" : "thread"));
        CHECK(said["failure"] == "-");
    }
    CHECK(ids.size() == 2);
}

TEST_CASE("A request that failed has its id and its reason in the log", "[notes]")
{
    struct failure_row {
        std::string name;
        std::string directives;
        bool own_page; // ErrorDocument, a request of its own
    };
    const way w = GENERATE(from_range(every_way()));
    const failure_row r = GENERATE(values<failure_row>({
        {"httpd's page", "", false},
        {"a page from a file", "V6FrontPass /static.txt !\nErrorDocument 502 /static.txt\n", true},
    }));
    INFO(w << ", " << r.name);
    const std::string dead = "127.0.0.1:" + std::to_string(free_port());
    httpd_server front(logging(w, r.directives + "V6FrontPass / http://" + dead + "/\n"));
    const http_message answer = get(front, "/");
    CHECK(answer.status() == 502);
    CHECK((answer.body == "from a file\n") == r.own_page);
    const auto lines = log_of(front, 1);
    INFO(lines[0]);
    auto said = fields_of(lines[0]);
    CHECK_THAT(lines[0], ContainsSubstring(" 502 "));
    CHECK(said["id"].size() == 32);
    CHECK(said["address"] == dead);
    CHECK(said["backend"] == dead);
    CHECK(said["local"] == "-");
    CHECK(said["failure"] == "the backend refused the connection");
    CHECK(is_number(said["total"]));
}

TEST_CASE("A repeated request has one id, and the log the number of attempts", "[notes]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const responder ok = [](const received_request&) { return response("ok"); };
    using namespace script;
    scripted_backend site(
        std::vector<scripted_backend::steps>{{read_request(), answer(ok), read_request(), close()},
                                             {read_request(), answer(ok), again()}});
    httpd_server front(logging(w, adds_id + "V6FrontPass / " + site.url() + "\n"));
    user_agent agent(front); // one connection, so that one engine has both
    for (const char* target : {"/first", "/second"}) {
        agent.send({target});
        CHECK(agent.read_response().status() == 200);
    }
    agent.leave();
    auto lines = log_of(front, 2);
    std::erase_if(lines, [](const std::string& line) { return line.find("/second") == line.npos; });
    REQUIRE(lines.size() == 1);
    auto said = fields_of(lines[0]);
    CHECK(said["attempts"] == "2");
    CHECK(said["connection"] == "new");
    CHECK(site.request(1).message.value("X-Request-ID") == said["id"]);
    CHECK(site.request(2).message.value("X-Request-ID") == said["id"]);
    CHECK(site.request(0).message.value("X-Request-ID") != said["id"]);
}

TEST_CASE("Time in the queue of a route is in the log", "[notes]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    const responder ok = [](const received_request&) { return response("ok"); };
    using namespace script;
    scripted_backend site({read_request(), gate("first"), answer(ok), again()});
    httpd_server front(logging(w, "V6FrontPass / " + site.url() + " max=1 queue=1\n"));
    user_agent first(front), second(front), third(front);
    first.send({"/1"});
    CHECK(site.wait_for_hits(1));
    second.send({"/2"});
    // One of the two has the only place in the queue.
    third.send({"/3"});
    const auto is_refused = [&] { return front.complaints().size() == 1; };
    CHECK(eventually(is_refused));
    // So long the other one waits at least.
    const auto full = std::chrono::steady_clock::now();
    const std::chrono::milliseconds wait(20);
    CHECK(eventually([&] { return std::chrono::steady_clock::now() - full > wait; }));
    site.open("first");
    CHECK(first.read_response().status() == 200);
    const int two = second.read_response().status();
    const int three = third.read_response().status();
    CHECK(std::set<int>{two, three} == std::set<int>{200, 503});
    for (user_agent* client : {&first, &second, &third})
        client->leave();
    bool waited = false;
    for (const auto& line : log_of(front, 3)) {
        UNSCOPED_INFO(line);
        auto said = fields_of(line);
        CHECK(said["id"].size() == 32);
        if (line.find("\" 503 ") != std::string::npos) {
            CHECK(said["attempts"] == "0");
            CHECK(said["address"] == "-");
            CHECK(said["failure"] != "-");
        } else {
            waited = waited || std::chrono::microseconds(std::stoul(said["queue"])) >= wait;
            CHECK(std::stoul(said["total"]) >= std::stoul(said["response"]));
        }
    }
    CHECK(waited);
}

TEST_CASE("Who names a request: the operator, a trusted peer, mod_unique_id, the front", "[notes]")
{
    struct id_row {
        std::string name;
        std::string directives;
        std::vector<std::string> modules;
        std::string logged; // "": one of ours; "unique": mod_unique_id's
        std::string seen;   // by the site; "logged": the same
    };
    const way w = GENERATE(from_range(one_of_each_kind()));
    const id_row r = GENERATE(values<id_row>({
        {"a client is not asked", adds_id, {}, "", "logged"},
        {"a client's own is the site's matter", "", {}, "", "peers"},
        {"a trusted peer", adds_id + "V6FrontTrust ::1", {}, "peers", "logged"},
        {"a trusted peer, passed on as it is", "V6FrontTrust ::1", {}, "peers", "logged"},
        {"the operator", adds_id + "RequestHeader set X-Request-ID mine", {}, "mine", "logged"},
        {"mod_unique_id", adds_id, {"unique_id"}, "unique", "logged"},
        {"a trusted peer before mod_unique_id",
         adds_id + "V6FrontTrust ::1",
         {"unique_id"},
         "peers",
         "logged"},
    }));
    INFO(w << ", " << r.name);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = logging(
        w, r.directives + "\nCustomLog unique.log %{UNIQUE_ID}e\nV6FrontPass / " + site.url());
    options.modules = r.modules;
    options.modules.push_back("headers");
    httpd_server front(options);
    CHECK(ask(front, {"/", "GET", {{"X-Request-ID", "peers"}}}).status() == 200);
    const std::string id = fields_of(log_of(front, 1)[0])["id"];
    if (r.logged == "unique") {
        CHECK(id + "\n" == read_file(front.places().folder + "/unique.log"));
        CHECK(id.size() > 20); // httpd has made it longer once
    } else if (r.logged.empty()) {
        CHECK(id.size() == 32);
    } else {
        CHECK(id == r.logged);
    }
    CHECK(site.request(0).message.values("X-Request-ID") ==
          std::vector<std::string>{r.seen == "logged" ? id : r.seen});
}

// A page of the site that httpd asks for in place of the first, or within it, is the same request.
TEST_CASE("Requests that httpd makes of a request have its id", "[notes]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request& r) {
        return r.message.target() == "/page"
                   ? response("<!--#include virtual=\"/part\" -->", "Content-Type: text/html\r\n")
                   : response("part", {}, r.message.target() == "/part" ? "200 OK" : "404 No");
    });
    httpd_options options = logging(
        w, adds_id + "V6FrontPass / " + site.url() + "\nErrorDocument 403 /part\n" +
               "<Location /denied>\nRequire all denied\n</Location>\n"
               "<Location /page>\nOptions +Includes\nSetOutputFilter INCLUDES\n</Location>\n");
    options.modules = {"include"};
    httpd_server front(options);
    CHECK(get(front, "/page").body == "part");
    CHECK(get(front, "/denied").body == "part");
    auto lines = log_of(front, 2);
    if (lines[0].find("/page") == std::string::npos)
        std::swap(lines[0], lines[1]);
    CHECK(site.request(0).message.value("X-Request-ID") == fields_of(lines[0])["id"]);
    CHECK(site.request(1).message.value("X-Request-ID") == fields_of(lines[0])["id"]);
    CHECK(site.request(2).message.value("X-Request-ID") == fields_of(lines[1])["id"]);
}

TEST_CASE("Notes that nobody logs are not made, and a name in any directive is enough", "[notes]")
{
    struct log_row {
        std::string directives;
        std::string line;
    };
    const way w = GENERATE(from_range(short_list()));
    const log_row r = GENERATE(values<log_row>({
        {"LogFormat \"%{v6front-worker}n\" unused\nCustomLog a.log \"%{v6front-attempts}n %U\"",
         "1 /\n"},
        {"LogFormat \"%{V6Front-Request-Octets}n %U\" used\nCustomLog a.log used", "3 /\n"},
        {"LogFormat \"%{v6front-request-octets}n %U\"\nTransferLog a.log", "3 /\n"},
        {"CustomLog a.log %{v6front-request-octets}n \"expr=note('v6front-response-octets') == "
         "'2'\"",
         "3\n"},
    }));
    INFO(w << ", " << r.directives);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_for(w, r.directives + "\nV6FrontPass / " + site.url()));
    CHECK(ask(front, {"/", "POST", {}, "123"}).status() == 200);
    CHECK(eventually([&] { return read_file(front.places().folder + "/a.log") == r.line; }));
}
