// SPDX-License-Identifier: Apache-2.0
//
// What apachectl configtest says of a configuration that starts and does not do what was meant.
#include "catch.hpp"
#include "private_network.hpp"
#include "process.hpp"
#include "scripted_names.hpp"
#include "ways.hpp"

#include <iostream>
#include <iterator>
#include <regex>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

struct finding {
    const char* site;
    const char* number; // nullptr: nothing at all is said
    const char* says;
    const char* global = "";
    bool starts = true;
};

const std::vector<finding>& findings()
{
    static const std::vector<finding> rows{
        {"V6FrontPass / http://four.test:9/", nullptr, ""},
        {"V6FrontPass / http://site.test:9/", nullptr, ""}, // other addresses do not matter
        {"V6FrontPass / http://127.0.0.1:8080/", "V6F0204", "127.0.0.1:8080", "", false},
        {"V6FrontPass / http://0.0.0.0:8080/", "V6F0204", "self=on", "", false},
        {"V6FrontPass / http://127.0.0.1:8080/ self=on", nullptr, ""},
        {"V6FrontPass / http://127.0.0.1:8081/", nullptr, ""}, // same host, other port
        {"V6FrontPassMatch ^/a http://127.0.0.1:8080/", "V6F0204", "^/a", "", false},
        {"V6FrontPassMatch ^/a http://127.0.0.1:8080/ self=on", nullptr, ""},
        {"V6FrontPassMatch ^/a http://four.test:8080/", "V6F0205", "V6FrontPassMatch ^/a"},
        {"V6FrontPassMatch ^/a http://four.test:8080/ self=on", nullptr, ""},
        {"<Location /a>\nV6FrontPass http://127.0.0.1:8080/\n</Location>", "V6F0204", "/a", "",
         false},
        {"V6FrontPass / http://x.test:8080/\nV6FrontBackendV4 x.test 127.0.0.1", "V6F0204",
         "x.test", "", false},
        {"V6FrontPass / http://x.test:8080/\nV6FrontBackendV4 x.test 127.0.0.1 192.0.2.1", nullptr,
         ""},
        {"V6FrontPass / http://four.test:8080/", "V6F0205", "four.test resolves to 127.0.0.1:8080"},
        {"V6FrontPass /b http://four.test:8080/", "V6F0205", "(\"Listen [2001:db8::1]:8080\")"},
        {"V6FrontPass / http://four.test:8080/ self=on", nullptr, ""},
        {"V6FrontPass / http://six.test/", "V6F0206", "six.test: the backend's name has no IPv4"},
        {"V6FrontPass /a%20b http://four.test:9/", "V6F0207", "percent"},
        {"V6FrontPass /a/../b http://four.test:9/", "V6F0207", "dot segment"},
        {"V6FrontPass /a?b http://four.test:9/", "V6F0207", "query"},
        {"V6FrontPass /a.b/..c/100% http://four.test:9/", nullptr, ""},
        {"V6FrontPassMatch ^/(.*) http://four.test:9/$1\nV6FrontPass /a http://four.test:9/",
         "V6F0207", "V6FrontPassMatch ^/(.*) ("},
        {"V6FrontPassMatch . http://four.test:9/\nV6FrontPassMatch ^/a$ http://four.test:9/",
         "V6F0207", "V6FrontPassMatch ^/a$"},
        {"V6FrontPassMatch ^/a/ !\nV6FrontPassMatch \\.png$ http://four.test:9/\n"
         "V6FrontPass /a http://four.test:9/",
         nullptr, ""},
        {"V6FrontPass / http://four.test:9/", "V6F0208", "port 8099",
         "<VirtualHost *:8099>\nServerName x.test\nV6FrontPass / http://four.test:9/\n"
         "</VirtualHost>"},
        {"V6FrontPass / http://four.test:9/", "V6F0209", "ServerName site.test",
         "<VirtualHost *:8080>\nServerName Site.test\n</VirtualHost>"},
        // The first of the two is the one that is reached.
        {"# nothing", nullptr, "",
         "<VirtualHost *:8080>\nServerName site.test\nV6FrontPass / http://four.test:9/\n"
         "</VirtualHost>"},
        {"V6FrontPass / http://four.test:9/\nServerAlias other.test", nullptr, "",
         "<VirtualHost *:8080>\nServerName site.test\n</VirtualHost>"},
    };
    return rows;
}

// Our own lines with that number; all of them, without one.
std::size_t count_numbers(const std::string& text, const std::string& number = "V6F[0-9]{4}")
{
    const std::regex ours(number + ": ");
    return static_cast<std::size_t>(
        std::distance(std::sregex_iterator(text.begin(), text.end(), ours), {}));
}

httpd_options options_of(const finding& f)
{
    httpd_options options;
    options.site = f.site;
    options.global = f.global;
    options.listen_ipv4 = true;
    return options;
}

bool is_of_rule(const finding& f)
{
    const std::string number = f.number;
    return number >= "V6F0204" && number <= "V6F0207";
}

// The first that is named in the configuration.
int named_line(const std::string& said)
{
    std::smatch found;
    return std::regex_search(said, found, std::regex("httpd\\.conf:([0-9]+)")) ? std::stoi(found[1])
                                                                               : 0;
}

} // namespace

TEST_CASE("configtest tells what will not work, and refuses only what never can", "[configtest]")
{
    for (const finding& f : findings()) {
        INFO(f.site);
        const command_result said = configtest(options_of(f));
        INFO(said.output);
        CHECK((said.code == 0) == f.starts);
        if (!f.number) {
            CHECK(count_numbers(said.output) == 0);
            continue;
        }
        CHECK(count_numbers(said.output, f.number) == 1);
        CHECK(count_numbers(said.output) == 1);
        CHECK(said.output.find(f.says) != std::string::npos);
        const int line = named_line(said.output);
        CHECK(line > 0);
        if (!is_of_rule(f))
            continue;
        // Not that of the virtual host, which stays where it is.
        httpd_options lower = options_of(f);
        lower.site.insert(0, "\n");
        CHECK(named_line(configtest(lower).output) == line + 1);
    }
}

TEST_CASE("configtest names a missing IPv6 listener", "[configtest]")
{
    struct row {
        const char* global;
        const char* says;
    };
    const row rows[]{
        {"", "Add \"Listen [2001:db8::1]:8080\", with an IPv6 address"},
        {"Listen 0.0.0.0:18120\n<VirtualHost *:18120>\nServerName x.test\n"
         "V6FrontPass / http://four.test:9/\n</VirtualHost>",
         "Add \"Listen [2001:db8::1]:8080\" and \"Listen [::]:18120\""},
        {"Listen 127.0.0.1:18120", "Add \"Listen [2001:db8::1]:8080\", with"},
    };
    for (const row& r : rows) {
        httpd_options options;
        options.site = "V6FrontPass / http://four.test:9/";
        options.global = r.global;
        options.ipv6_listener = false;
        options.listen_ipv4 = true;
        const auto said = configtest(options);
        INFO(said.output);
        CHECK(count_numbers(said.output, "V6F0203") == 1);
        CHECK(said.output.find(r.says) != std::string::npos);
        CHECK(said.code == 0);
    }
}

TEST_CASE("configtest knows the addresses at which clients come in", "[configtest]")
{
    if (!private_network::possible("configtest with addresses of this machine"))
        return;
    const private_network network;
    network.add_addresses("192.0.2.1", "2001:db8::7");
    const auto said_of = [](const std::string& before) {
        httpd_options options;
        options.site = "V6FrontPass / http://192.0.2.9/";
        options.global = "Listen [::]:8099\n<VirtualHost " + before +
                         ">\nServerName other.test\n</VirtualHost>\n<VirtualHost *:8099>\n"
                         "ServerName www.test\nV6FrontPass / http://192.0.2.9/\n</VirtualHost>";
        const auto said = configtest(options);
        CHECK(said.code == 0);
        return said.output;
    };
    const auto hidden = said_of("[2001:db8::7]:8099");
    CHECK_THAT(hidden, ContainsSubstring("V6F0257"));
    CHECK_THAT(hidden, ContainsSubstring("Add [2001:db8::7]:8099 to its line"));
    CHECK(said_of("[2001:db8::7]:8099>\nServerAlias www.test\n</VirtualHost>\n<VirtualHost "
                  "192.0.2.1:8099")
              .find("V6F0257") == std::string::npos);
    CHECK(said_of("192.0.2.1:8099").find("V6F") == std::string::npos);
    CHECK_THAT(said_of("[2001:db8::7]:8099>\nServerName www.test\n</VirtualHost>\n<VirtualHost "
                       "[2001:db8::7]:8099"),
               !ContainsSubstring("V6F0257"));
    network.add_addresses("192.0.2.1", "fd00::5"); // at which nobody else is
    CHECK(said_of("[2001:db8::7]:8099").find("V6F") == std::string::npos);
}

TEST_CASE("configtest knows the names of a file that is included twice", "[configtest]")
{
    httpd_options options;
    options.site = "V6FrontPass / http://192.0.2.9/";
    options.files = {{"site.conf", "<VirtualHost *:8080>\nServerName ${SITE}\n"
                                   "V6FrontPass / http://192.0.2.9/\n</VirtualHost>\n"}};
    for (const char* name : {"a.test", "b.test", "c.test"})
        options.global += std::string("Define SITE ") + name + "\nInclude site.conf\n";
    const auto said = configtest(options);
    INFO(said.output);
    CHECK(said.code == 0);
    CHECK(said.output.find("V6F") == std::string::npos);
}

TEST_CASE("configtest gives an address that stays", "[configtest]")
{
    if (!private_network::possible("configtest with a temporary address"))
        return;
    const private_network network;
    httpd_options options;
    options.site = "V6FrontPass / http://192.0.2.9/";
    options.global = "Listen 192.0.2.1:8099\n<VirtualHost *:8099>\nServerName www.test\n"
                     "V6FrontPass / http://192.0.2.9/\n</VirtualHost>";
    network.add_addresses("192.0.2.1", "fd00::7"); // none that the world can reach
    REQUIRE(run_command({"ip", "addr", "add", "2001:db8::7/128", "dev", "lo", "preferred_lft", "0"})
                .code == 0);
    CHECK_THAT(configtest(options).output, ContainsSubstring("\"Listen [2001:db8::1]:8099\""));
    network.add_addresses("192.0.2.1", "2001:db8::8");
    CHECK_THAT(configtest(options).output, ContainsSubstring("\"Listen [2001:db8::8]:8099\""));
}

TEST_CASE("configtest does not hang on a dead name server, whatever the number of names",
          "[configtest]")
{
    if (!private_network::possible("configtest with a dead name server"))
        return;
    const private_network network;
    scripted_names names;
    names.fall_silent();
    httpd_options options;
    options.system_names = true;
    for (int i = 0; i < 100; ++i) {
        const std::string n = std::to_string(i);
        options.site += "V6FrontPass /" + n + " http://dead" + n + ".test/\n";
    }
    const auto start = std::chrono::steady_clock::now();
    const auto said = configtest(options);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::cout << "figure: configtest, 100 names, dead name server: " << took.count() << " s"
              << std::endl;
    CHECK(said.code == 0);
    CHECK(count_numbers(said.output, "V6F0206") == 100);
    CHECK(said.output.find("Check this machine's name server, or") != std::string::npos);
    CHECK(said.output.find("A record") == std::string::npos);
    CHECK(took < patience(10s)); // 4 s on a quiet machine; one after the other, minutes

    // And with one that answers, what it says counts.
    names.fall_silent(false);
    names.say("live.test", {.a = {"192.0.2.1"}});
    options.site = "V6FrontPass / http://live.test/\nV6FrontPass /a http://gone.test/";
    const auto live = configtest(options);
    CHECK(count_numbers(live.output) == 1);
    CHECK(live.output.find("gone.test: the backend's name does not exist") != std::string::npos);
    CHECK(live.output.find("Add an A record") != std::string::npos);
}
