// SPDX-License-Identifier: Apache-2.0
//
// The manual's blocks in other languages than httpd's (test_manual), each read by the program that
// it is for. PHP and commands are run (test_manual_programs), lines of logs are a front's own
// (test_manual_logs).
#include "catch.hpp"
#include "deadline.hpp"
#include "httpd_server.hpp"
#include "manual_blocks.hpp"
#include "private_network.hpp"
#include "status_front.hpp"
#include "text_lines.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <regex>
#include <set>
#include <sstream>

using namespace v6front;

namespace
{

// A new language is a row here, and a test that takes blocks_in() of it.
const std::set<std::string> languages{"apache", "haproxy", "http", "ini", "lighttpd", "log",
                                      "nft",    "nginx",   "php",  "sh",  "yaml",     "zone"};

// What scripts/packages has fetched; empty, and said in a line that scripts/test counts, where it
// could not.
std::string fetched(const std::string& file, const std::string& test)
{
    const auto path = std::filesystem::absolute("build/debian/" + file).string();
    if (std::filesystem::exists(path))
        return path;
    std::cout << "skipped: " << test << " (build/debian/" << file
              << " is not there; scripts/packages test fetches it)" << std::endl;
    return {};
}

// A server's configuration around a block, and the program that reads it.
struct server_row {
    const char* language;
    std::string before, after;
    std::vector<std::string> command; // and then the file
};

std::vector<server_row> servers(const std::string& folder)
{
    return {{"nginx",
             "pid " + folder + "/pid; error_log " + folder +
                 "/log; events {} http { server { listen unix:" + folder + "/socket;\n",
             "} }\n",
             {"/usr/sbin/nginx", "-t", "-q", "-p", folder, "-e", folder + "/log", "-c"}},
            {"lighttpd",
             "server.modules = (\"mod_access\")\nserver.document-root = \"" + folder + "\"\n",
             "",
             {"/usr/sbin/lighttpd", "-tt", "-f"}},
            {"haproxy",
             "defaults\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n"
             "frontend f\n",
             " default_backend b\nbackend b\n server s 192.0.2.10:80\n",
             {"/usr/sbin/haproxy", "-c", "-f"}}};
}

// lighttpd goes on without a line that it does not know.
bool is_taken(const command_result& said)
{
    return said.code == 0 && said.output.find("unknown config-key") == std::string::npos;
}

} // namespace

TEST_CASE("Manual: each block says its language, and a test reads it", "[manual]")
{
    for (const auto& page : manual_pages())
        for (const auto& block : blocks_of(page)) {
            INFO(block.place << "\n" << block.text);
            CHECK(languages.count(block.language) == 1);
        }
}

TEST_CASE("Manual: nginx, lighttpd and HAProxy read what is for them", "[manual]")
{
    const scratch_folder folder;
    for (const auto& row : servers(folder.path())) {
        std::size_t read = 0;
        for (const auto& block : blocks_in(row.language)) {
            const auto file = folder.path() + "/conf";
            write_file(file, row.before + block.text + row.after);
            auto command = row.command;
            command.push_back(file);
            const auto said = run_command(command);
            INFO(block.place << "\n" << block.text << said.output);
            CHECK(is_taken(said));
            ++read;
            // It does read it.
            write_file(file, row.before + block.text + "server.nonsense = \"x\"\n" + row.after);
            CHECK(!is_taken(run_command(command)));
        }
        INFO(row.language);
        CHECK(read > 0);
    }
}

TEST_CASE("Manual: nft reads its rules, and the lines that change them", "[manual]")
{
    if (!private_network::possible("the manual's rules for nft"))
        return;
    const private_network network;
    if (run_command({"/usr/sbin/nft", "list", "ruleset"}).code != 0) {
        std::cout << "skipped: the manual's rules for nft (this kernel has no nf_tables)"
                  << std::endl;
        return;
    }
    const scratch_folder folder;
    const auto rules = blocks_in("nft");
    REQUIRE(!rules.empty());
    for (const auto& block : rules) {
        const auto file = folder.path() + "/rules";
        write_file(file, block.text);
        for (const char* option : {"-cf", "-f"}) {
            const auto said = run_command({"/usr/sbin/nft", option, file});
            INFO(block.place << "\n" << block.text << said.output);
            CHECK(said.code == 0);
        }
    }
    std::size_t changes = 0;
    for (const auto& block : blocks_in("sh")) {
        if (!block.text.starts_with("nft "))
            continue;
        const auto said = run_command({"bash", "-c", block.text});
        INFO(block.place << "\n" << block.text << said.output);
        CHECK(said.code == 0);
        ++changes;
    }
    CHECK(changes > 0);
    const auto all = run_command({"/usr/sbin/nft", "list", "ruleset"}).output;
    INFO(all);
    CHECK_THAT(all, ContainsSubstring("maxseg size set 1220"));
    CHECK_THAT(all, ContainsSubstring("policy drop"));
}

TEST_CASE("Manual: promtool takes what is for Prometheus, and each metric is one of ours",
          "[manual]")
{
    const auto promtool = fetched("promtool", "the manual's configuration of Prometheus");
    if (promtool.empty())
        return;
    const status_front front; // with failures, and without a name that is found
    const httpd_server named(options_for(adopted_ways().front(),
                                         "V6FrontPass / " +
                                             replaced(front.site.url(), "127.0.0.1", "four.test") +
                                             "\n" + status_location()));
    get(named, "/");
    const auto metrics = get(front.front, "/v6front-status?prometheus").body +
                         get(named, "/v6front-status?prometheus").body;
    const scratch_folder folder;
    std::set<std::string> kinds;
    for (const auto& block : blocks_in("yaml")) {
        const std::string kind = block.text.starts_with("scrape_configs:") ? "config" : "rules";
        kinds.insert(kind);
        const auto file = folder.path() + "/" + kind + ".yml";
        write_file(file, block.text);
        const auto said = run_command({promtool, "check", kind, file});
        INFO(block.place << "\n" << block.text << said.output);
        CHECK(said.code == 0);
        CHECK_THAT(said.output, ContainsSubstring("SUCCESS"));
        static const std::regex metric("\\bv6front_\\w+");
        for (std::sregex_iterator at(block.text.begin(), block.text.end(), metric), end; at != end;
             ++at) {
            INFO(at->str());
            CHECK_THAT(metrics, ContainsSubstring("\n" + at->str() + "{"));
        }
    }
    CHECK(kinds == std::set<std::string>{"config", "rules"});
}

TEST_CASE("Manual: fail2ban takes its jails, and finds in a front's log who fails to log in",
          "[manual]")
{
    const auto fail2ban = fetched("fail2ban", "the manual's jails of fail2ban");
    if (fail2ban.empty())
        return;
    const std::string python = "PYTHONPATH=" + fail2ban + "/usr/lib/python3/dist-packages";
    const scratch_folder folder;
    const auto etc = folder.path() + "/etc", log = folder.path() + "/access.log";
    std::filesystem::copy(fail2ban + "/etc/fail2ban", etc,
                          std::filesystem::copy_options::recursive);
    std::filesystem::remove_all(etc + "/jail.d");
    // Named in their first lines.
    std::size_t jails = 0, filters = 0;
    for (const auto& block : blocks_in("ini")) {
        static const std::regex name("# /etc/fail2ban/(\\S+) at the (front|site)\n[^]*");
        std::smatch found;
        INFO(block.place << "\n" << block.text);
        REQUIRE(std::regex_match(block.text, found, name));
        const auto file = etc + "/" + found[1].str();
        write_file(file, replaced(block.text, "/var/log/apache2/www.example.org.log", log));
        if (!found[1].str().starts_with("jail")) {
            ++filters;
            continue;
        }
        ++jails;
        write_file(log, "");
        const auto said = run_command(
            {"env", python, "python3", fail2ban + "/usr/bin/fail2ban-client", "-c", etc, "-t"});
        INFO(said.output);
        CHECK(said.code == 0);
        CHECK_THAT(said.output, ContainsSubstring("configuration test is successful"));
    }
    CHECK(jails == 2);
    REQUIRE(filters == 1);
    // Lines of a real front, in the format that v6front.conf has for it.
    scripted_backend site([](const received_request& r) {
        const bool right = r.message.value("Authorization") == "right";
        return response("x", {}, right ? "200 OK" : "401 Unauthorized");
    });
    auto options = options_for(short_list().front(),
                               "V6FrontPass / " + site.url() + "\nCustomLog " + log + " v6front\n");
    options.global += "Include " + std::filesystem::absolute("conf.d/v6front.conf").string() + "\n";
    const httpd_server front(options);
    ask(front, {"/login", "POST"});
    ask(front, {"/login?next=/", "POST"});
    ask(front, {"/login", "POST", {{"Authorization", "right"}}});
    ask(front, {"/", "GET", {{"User-Agent", "\"POST /login\" 401 "}}});
    CHECK(eventually([&] {
        const auto lines = read_file(log);
        return std::count(lines.begin(), lines.end(), '\n') == 4;
    }));
    const auto said = run_command({"env", python, "python3", fail2ban + "/usr/bin/fail2ban-regex",
                                   "-c", etc, "-v", log, etc + "/filter.d/v6front.conf"});
    INFO(read_file(log) << said.output);
    CHECK_THAT(said.output, ContainsSubstring("Lines: 4 lines, 0 ignored, 2 matched, 2 missed"));
    CHECK_THAT(said.output, ContainsSubstring("::1"));
}

TEST_CASE("Manual: fields are as a front sends them", "[manual]")
{
    scripted_backend site([](const auto&) { return response("x"); });
    const httpd_server front(options_for(
        adopted_ways().front(), "V6FrontAddHeaders +Forwarded +X-Forwarded-Port +X-Request-ID\n"
                                "V6FrontPass / " +
                                    site.url()));
    question q;
    q.host = "site.test:8080";
    CHECK(ask(front, q).status() == 200);
    const auto sent = site.request(0).message;
    const auto shape = [](const std::string& value) {
        static const std::regex values("\"[^\"]*\"|https?|[0-9]+|[0-9a-f]{32}");
        return std::regex_replace(value, values, "V");
    };
    for (const auto& block : blocks_in("http")) {
        std::istringstream in(block.text);
        for (std::string line; std::getline(in, line);) {
            INFO(block.place << "\n" << line);
            const auto colon = line.find(": ");
            REQUIRE(colon != line.npos);
            const auto value = sent.value(line.substr(0, colon));
            CHECK(!value.empty());
            CHECK(shape(line.substr(colon + 2)) == shape(value));
        }
    }
}

TEST_CASE("Manual: the lines for a zone file have an address of their type", "[manual]")
{
    const auto zones = blocks_in("zone");
    REQUIRE(!zones.empty());
    for (const auto& block : zones) {
        std::istringstream in(block.text);
        for (std::string line; std::getline(in, line);) {
            INFO(block.place << "\n" << line);
            static const std::regex record("([a-z0-9-]+\\.)+ +\\d+ +IN +(A|AAAA) +(\\S+)");
            std::smatch found;
            REQUIRE(std::regex_match(line, found, record));
            boost::system::error_code wrong;
            const auto address = boost::asio::ip::make_address(found[3].str(), wrong);
            CHECK(!wrong);
            CHECK(address.is_v6() == (found[2] == "AAAA"));
        }
    }
}
