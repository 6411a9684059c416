// SPDX-License-Identifier: Apache-2.0
//
// The manual's PHP, in a site behind a front, and its commands, as far as they do not change the
// machine.
#include "catch.hpp"
#include "deadline.hpp"
#include "manual_blocks.hpp"
#include "scripted_backend.hpp"
#include "text_lines.hpp"
#include "ways.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <regex>
#include <sstream>

using namespace v6front;

namespace
{

// The PHP that says this somewhere; the front of a test is 127.0.0.1.
std::string php_with(const std::string& word)
{
    for (const auto& block : blocks_in("php"))
        if (block.text.find(word) != std::string::npos)
            return replaced(replaced(block.text, "<?php\n", ""), "192.0.2.5", "127.0.0.1");
    FAIL("no PHP of the manual has " << word);
    return {};
}

// A site of PHP's own server, which says what its programs see of a client.
class php_site
{
public:
    explicit php_site(const std::string& prepended)
    {
        write_file(folder_.path() + "/prepended.php", "<?php\n" + prepended);
        write_file(folder_.path() + "/index.php",
                   "<?php echo $_SERVER['REMOTE_ADDR'], ' ', $_SERVER['HTTPS'] ?? 'off';");
        server_.emplace(
            std::vector<std::string>{"php", "-n", "-d",
                                     "auto_prepend_file=" + folder_.path() + "/prepended.php", "-S",
                                     "127.0.0.1:" + std::to_string(port), "-t", folder_.path()},
            std::vector<std::string>{}, folder_.path() + "/log");
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port) + "/"; }
    const std::uint16_t port = free_port();

private:
    scratch_folder folder_;
    std::optional<process> server_;
};

std::string seen_of(const httpd_server& front)
{
    http_message answer;
    CHECK(eventually([&] {
        answer = ask(
            front,
            {"/", "GET", {{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "gopher"}}});
        return answer.status() == 200; // it takes a moment to begin
    }));
    return answer.body;
}

// With a claim that is not true.
std::string seen_of_other(const php_site& site)
{
    raw_client client(site.port, {.to = "127.0.0.1", .from = "127.0.0.2"});
    client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\n"
                "Connection: close\r\n\r\n");
    return client.read_response().body;
}

command_result bash(const std::string& line)
{
    return run_command({"bash", "-c", line});
}

// A site and its front, for the commands that ask them.
struct asked_site {
    asked_site()
        : site([](const received_request& r) {
              const bool ours = r.message.target() != "/admin";
              return response("12345", {}, ours ? "200 OK" : "403 Forbidden");
          }),
          front(options_for(adopted_ways().front(), "V6FrontPass / " + site.url()))
    {
    }
    scripted_backend site;
    httpd_server front;
};

void run_curl(const std::string& line)
{
    const asked_site asked;
    const bool direct = line.find(" -4 ") != line.npos;
    const auto to = direct ? "127.0.0.1:" + std::to_string(asked.site.port())
                           : "[::1]:" + std::to_string(asked.front.port());
    const auto said = bash(replaced(line, "curl ", "curl -s --connect-to ::" + to + " "));
    INFO(said.output);
    CHECK(said.code == 0);
    const char* const right = line.find("/admin") != line.npos      ? "HTTP/1.1 403 "
                              : line.find("http_code") != line.npos ? "200 5\n"
                                                                    : "HTTP/1.1 200 ";
    CHECK_THAT(said.output, ContainsSubstring(right));
    CHECK(asked.site.hits() == 1);
}

// mod_NAME.so, as Debian has them and CI builds them against.
void run_a2enmod(const std::string& line)
{
    std::istringstream words(line.substr(0, line.find("&&")));
    std::string word;
    words >> word;
    while (words >> word) {
        INFO(word);
        CHECK((word == "v6front" ||
               std::filesystem::exists("/usr/lib/apache2/modules/mod_" + word + ".so")));
    }
}

void run_openssl(const std::string& line)
{
    const scratch_folder folder;
    const auto key = folder.path() + "/pseudo.key";
    CHECK(bash(replaced(line, "/etc/apache2/pseudo.key", key)).code == 0);
    CHECK(std::regex_match(read_file(key), std::regex("[0-9a-f]{32}\n")));
    httpd_options options;
    options.site = "V6FrontPass / http://127.0.0.1:9/\nV6FrontPseudoV4 add key=" + key;
    const auto said = configtest(options);
    INFO(said.output);
    CHECK(said.code == 0);
}

void run_grep(const std::string& line)
{
    const scratch_folder folder;
    const auto log = folder.path() + "/error.log";
    write_file(log, "[date] [v6front:error] V6F0102: x\n[date] [core:error] AH00124: y\n");
    CHECK(bash(replaced(line, "/var/log/apache2/error.log", log)).output ==
          "[date] [v6front:error] V6F0102: x\n");
}

void run_convert(const std::string& line)
{
    const scratch_folder folder;
    write_file(
        folder.path() + "/apache",
        "<VirtualHost *:80>\nServerName x\nProxyPass / http://192.0.2.10/\n</VirtualHost>\n");
    write_file(folder.path() + "/nginx",
               "server { server_name x; location / { proxy_pass http://192.0.2.10/; } }\n");
    auto real = replaced(line, "/etc/apache2/sites-enabled/www.conf", folder.path() + "/apache");
    real = replaced(real, "/etc/nginx/sites-enabled/www", folder.path() + "/nginx");
    real = replaced(real, "/etc/apache2/sites-available/www.conf", folder.path() + "/made");
    const auto said = bash("PATH=mod_v6front/tools:$PATH; " + real);
    INFO(said.output);
    CHECK(said.code == 0);
    CHECK_THAT(said.output + read_file(folder.path() + "/made"),
               ContainsSubstring("V6FrontPass / http://192.0.2.10/"));
}

struct command_row {
    const char* begins;
    void (*run)(const std::string& line); // nullptr: it is not run, for this reason
    const char* why = "";
};

// The first that fits. A new command is a row.
constexpr command_row commands[] = {
    {"curl ", run_curl},
    {"a2enmod ", run_a2enmod},
    {"(umask 077; openssl ", run_openssl},
    {"grep V6F ", run_grep},
    {"v6frontctl convert ", run_convert},
    {"v6frontctl doctor ", nullptr, "test_doctor"},
    {"scp /usr/sbin/v6frontctl ", nullptr, "copies it to another machine"},
    {"ssh elsewhere.example ./v6frontctl doctor --outside ", nullptr, "test_doctor_outside"},
    {"report=$(v6frontctl doctor --quiet)", nullptr, "test_doctor"},
    {"v6front-join-logs ", nullptr, "test_join_logs"},
    {"apachectl configtest", nullptr, "test_manual"},
    {"scripts/run", nullptr, "test_run"},
    {"nft ", nullptr, "test_manual_blocks"},
    {"make", nullptr, "CI builds and installs"},
    {"scripts/packages deb", nullptr,
     "CI makes and installs the Debian package (test/package_check)"},
    {"apt-get install ", nullptr, "installs packages"},
    {"a2ensite ", nullptr, "changes the machine's httpd"},
    {"systemctl ", nullptr, "changes the machine's httpd"},
    {"APACHE_ULIMIT_MAX_FILES=", nullptr, "a line of a file"},
    {"sysctl ", nullptr, "changes the machine"},
    {"ping ", nullptr, "asks the world"},
    {"certbot ", nullptr, "asks the world"},
};

} // namespace

TEST_CASE("Manual: PHP at the site sees the client's address, and whether it uses TLS", "[manual]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const std::string tls = w.tls ? " on" : " off";
    const php_site bare(""), site(php_with("REMOTE_ADDR") + php_with("'HTTPS'"));
    const httpd_server to_bare(options_for(w, "V6FrontPass / " + bare.url()));
    const httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    CHECK(seen_of(to_bare) == "127.0.0.1 off");
    CHECK(seen_of(front) == "::1" + tls);
    // Who does not come from the front is believed nothing.
    CHECK(seen_of_other(site) == "127.0.0.2 off");
}

TEST_CASE("Manual: PHP reads each block of its own", "[manual]")
{
    const scratch_folder folder;
    const auto file = folder.path() + "/block.php";
    const auto blocks = blocks_in("php");
    REQUIRE(blocks.size() > 2);
    for (const auto& block : blocks) {
        write_file(file, (block.text.starts_with("<?php") ? "" : "<?php\n") + block.text);
        const auto said = run_command({"php", "-n", "-l", file});
        INFO(block.place << "\n" << block.text << said.output);
        CHECK(said.code == 0);
    }
    // MediaWiki has the list as an array (DefaultSettings).
    write_file(file, "<?php $wgCdnServersNoPurge = [];\n" + php_with("$wgCdnServersNoPurge") +
                         "echo json_encode($wgCdnServersNoPurge);");
    CHECK(run_command({"php", "-n", file}).output == "[\"127.0.0.1\"]");
}

TEST_CASE("Manual: bash reads each command, and those that change nothing do what they should",
          "[manual]")
{
    std::size_t lines = 0;
    for (const auto& block : blocks_in("sh")) {
        INFO(block.place << "\n" << block.text);
        const auto said = run_command({"bash", "-n"}, {}, block.text);
        INFO(said.output);
        CHECK(said.code == 0);
        CHECK(said.output.empty());
        std::istringstream in(block.text);
        for (std::string line; std::getline(in, line); ++lines) {
            INFO(line);
            const auto* const row =
                std::find_if(std::begin(commands), std::end(commands),
                             [&](const command_row& c) { return line.starts_with(c.begins); });
            REQUIRE(row != std::end(commands));
            if (row->run)
                row->run(line);
        }
    }
    CHECK(lines > 20);
}
