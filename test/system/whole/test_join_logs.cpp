// SPDX-License-Identifier: Apache-2.0
//
// scripts/join-logs on the logs of real fronts and real sites, each with the format that is shipped
// for it: every request of the one is found in the other.
#include "catch.hpp"
#include "deadline.hpp"
#include "joined_logs.hpp"
#include "text_lines.hpp"
#include "user_agent.hpp"

#include <filesystem>
#include <future>
#include <regex>
#include <set>

#include <sys/stat.h>

using namespace v6front;

namespace
{

const std::string shipped = "conf.d/v6front.conf";

// The line of the file for the site, without its comment sign.
std::string format_for(const std::string& directive)
{
    const std::string text = read_file(shipped);
    const std::size_t begin = text.find("#" + directive + " ");
    REQUIRE(begin != std::string::npos);
    return text.substr(begin + 1, text.find('\n', begin) - begin);
}

// Of a program that has no front before it: it answers with 200, and logs as that file says.
class logging_site
{
public:
    explicit logging_site(bool nginx)
    {
        const std::string& at = folder_.path();
        chmod(at.c_str(), 0755);
        if (nginx) {
            start_nginx(at);
            return;
        }
        httpd_options options;
        options.with_module = false;
        options.listen_ipv4 = true;
        options.threads = 25;
        options.modules = {"alias"};
        options.global = format_for("LogFormat");
        options.site = "AliasMatch ^/ " + at + "/page\n<Directory " + at +
                       ">\nRequire all granted\n</Directory>\nCustomLog " + log() +
                       " v6front_site\n";
        write_file(at + "/page", "ok");
        httpd_ = std::make_unique<httpd_server>(options);
        port_ = httpd_->port();
    }

    std::string log() const { return folder_.path() + "/site.log"; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

private:
    void start_nginx(const std::string& at)
    {
        port_ = free_port();
        std::string temporary;
        for (const char* name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
            temporary += std::string(name) + "_temp_path " + at + "/" + name + ";\n";
        write_file(at + "/conf",
                   "daemon off; pid " + at + "/pid; error_log " + at +
                       "/error.log; events { worker_connections 1024; }\nhttp {\n" + temporary +
                       format_for("log_format") + "access_log " + log() +
                       " v6front_site;\nserver { listen 127.0.0.1:" + std::to_string(port_) +
                       "; location / { return 200 ok; } }\n}\n");
        nginx_ = std::make_unique<process>(std::vector<std::string>{"/usr/sbin/nginx", "-p", at,
                                                                    "-e", at + "/error.log", "-c",
                                                                    at + "/conf"},
                                           std::vector<std::string>{}, at + "/console");
        await("nginx", [&] { return !read_file(at + "/pid").empty(); });
    }

    scratch_folder folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<httpd_server> httpd_;
    std::unique_ptr<process> nginx_;
};

httpd_options front_of(const way& w, const std::string& site, bool with_id)
{
    httpd_options options =
        options_for(w, std::string(with_id ? "V6FrontAddHeaders +X-Request-ID\n" : "") +
                           "CustomLog front.log v6front\nV6FrontPass / " + site);
    options.global = "Include " + std::filesystem::absolute(shipped).string() + "\n";
    options.connections_per_thread = 0; // that file says it
    return options;
}

// By several clients at once, each request with a target of its own.
void ask_many(const httpd_server& front, unsigned clients, unsigned requests)
{
    std::vector<std::future<void>> all;
    for (unsigned i = 0; i < clients; ++i) {
        all.push_back(std::async(std::launch::async, [&front, i, requests] {
            user_agent agent(front);
            for (unsigned n = 0; n < requests; ++n) {
                agent.send({"/" + std::to_string(i) + "/" + std::to_string(n),
                            n % 3 == 0 ? "POST" : "GET",
                            {},
                            n % 3 == 0 ? "body" : ""});
                agent.read_response();
            }
        }));
    }
    for (auto& one : all)
        one.get();
}

void wait_for_lines(const std::string& file, std::size_t lines)
{
    await(file, [&] { return lines_of(read_file(file)).size() >= lines; });
    CHECK(lines_of(read_file(file)).size() == lines);
}

// What is between this and the next quotation mark.
std::string quoted_after(const std::string& line, const std::string& before)
{
    const std::size_t at = line.find(before);
    REQUIRE(at != std::string::npos);
    const std::size_t begin = at + before.size();
    return line.substr(begin, line.find('"', begin) - begin);
}

std::string target_in(const std::string& request)
{
    const std::size_t blank = request.find(' ');
    return request.substr(blank + 1, request.rfind(' ') - blank - 1);
}

} // namespace

TEST_CASE("The logs of a front and of its site are joined, each line with its own", "[join_logs]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    const bool nginx = GENERATE(false, true);
    const bool with_id = GENERATE(true, false);
    INFO(w << (nginx ? ", nginx" : ", httpd") << (with_id ? ", by id" : ", by port"));
    const logging_site site(nginx);
    const httpd_server front(front_of(w, site.url(), with_id));
    constexpr unsigned clients = 4;
    constexpr unsigned each = 30;
    constexpr std::size_t all = std::size_t{clients} * each;
    ask_many(front, clients, each);
    const std::string log = front.places().folder + "/front.log";
    wait_for_lines(log, all);
    wait_for_lines(site.log(), all);

    const joined text = join({log, site.log()});
    CHECK(text.code == 0);
    CHECK_THAT(text.summary, ContainsSubstring(std::to_string(all) +
                                               " joined, 0 in the front's log alone, 0 that "
                                               "reached no site, 0 in the site's log alone"));
    REQUIRE(text.lines.size() == all);
    std::set<std::string> targets;
    for (const std::string& line : text.lines) {
        INFO(line);
        const std::string asked = target_in(quoted_after(line, " \""));
        CHECK(asked == target_in(quoted_after(line, " site=\"")));
        targets.insert(asked);
        CHECK_THAT(line, ContainsSubstring(" ::1 ") && ContainsSubstring(" failure=\"-\" "));
    }
    CHECK(targets.size() == all);

    const joined json = join({"--json", "--only-joined", log, site.log()});
    REQUIRE(json.lines.size() == all);
    CHECK_THAT(json.lines.front(), ContainsSubstring("{\"front\": {\"line\": ") &&
                                       ContainsSubstring("\"attempts\": 1, ") &&
                                       ContainsSubstring("\"failure\": null") &&
                                       ContainsSubstring("\"forwarded\": \"::1\""));

    // Many times as much, as of days: nothing is lost, and what is kept does not grow with it.
    const scratch_folder folder;
    constexpr std::size_t times = 20;
    REQUIRE(
        run_command({"test/multiply_logs", log, site.log(), std::to_string(times), folder.path()})
            .code == 0);
    const joined many =
        join({"--window", "10", folder.path() + "/front.log", folder.path() + "/site.log"});
    CHECK_THAT(many.summary, ContainsSubstring(std::to_string(all * times) +
                                               " joined, 0 in the front's log alone, 0 that "
                                               "reached no site, 0 in the site's log alone"));
    CHECK(many.lines.size() == all * times);
    const std::string kept = " at most ";
    const std::size_t at = many.summary.find(kept);
    REQUIRE(at != std::string::npos);
    CHECK(std::stoul(many.summary.substr(at + kept.size())) <= all * 15);
}

TEST_CASE("Manual: the page of v6front-join-logs has each option of the tool, and no other",
          "[manual]")
{
    const auto options_in = [](const std::string& text) {
        const std::regex option("-(-[a-z][a-z-]*)");
        std::set<std::string> found;
        for (auto at = std::sregex_iterator(text.begin(), text.end(), option);
             at != std::sregex_iterator(); ++at)
            found.insert((*at)[1]);
        found.erase("-help");
        return found;
    };
    const auto help = run_command({"scripts/join-logs", "--help"});
    CHECK(help.code == 0);
    CHECK(help.output.find("usage: join-logs ") == 0); // by whatever name it is installed
    const auto page = read_file("mod_v6front/manual/tools/v6front-join-logs.md");
    const auto of_page =
        page.substr(page.find("## OPTIONS"), page.find("## EXIT") - page.find("## OPTIONS"));
    CHECK(options_in(of_page).size() == 5);
    CHECK(options_in(help.output) == options_in(of_page));
    CHECK(run_command({"scripts/join-logs", "/no/such", "/no/such"}).code == 1);
    CHECK(run_command({"scripts/join-logs"}).code == 2);
}
