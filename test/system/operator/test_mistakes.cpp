// SPDX-License-Identifier: Apache-2.0
//
// Mistakes in a configuration that httpd itself would take without a word: each is a line of
// `apachectl configtest`, with file and line, that says what is wrong and what would be right. A
// mistake that never can work stops the start.
#include "catch.hpp"
#include "config_lines.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

#include <regex>

using namespace v6front;

namespace
{

const char* const pass = "V6FrontPass / http://four.test:9/\n";

struct mistake {
    std::string site;
    const char* number;            // nullptr: nothing is said
    std::vector<const char*> at{}; // beginnings of the lines that it names, in that order
    std::vector<const char*> says{};
    std::string global = "";
};

httpd_options options_of(const std::string& site, const std::string& global = {})
{
    httpd_options options;
    options.site = site;
    options.global = global;
    options.modules = {"proxy", "proxy_http", "alias"};
    return options;
}

void check(const std::vector<mistake>& rows)
{
    static const std::regex ours("V6F[0-9]{4}: [^\n]*");
    for (const mistake& m : rows) {
        INFO(m.site << m.global);
        const auto options = options_of(m.site, m.global);
        const command_result said = configtest(options);
        INFO(said.output);
        CHECK(said.code == 0);
        std::vector<std::string> lines;
        for (std::sregex_iterator i(said.output.begin(), said.output.end(), ours), end; i != end;
             ++i)
            lines.push_back(i->str());
        CHECK(lines.size() == (m.number ? 1 : 0));
        std::vector<std::size_t> at;
        for (const char* text : m.at)
            at.push_back(line_with(config_as_tested(options), std::string("\n") + text) + 1);
        for (const auto& line : lines) {
            CHECK(line.find(std::string(m.number ? m.number : "nothing") + ": ") == 0);
            CHECK(lines_named(line) == at);
            for (const char* text : m.says)
                CHECK_THAT(line, ContainsSubstring(text));
        }
    }
}

} // namespace

TEST_CASE("configtest: mod_proxy takes what a rule should take", "[configtest]")
{
    const std::string rule = pass;
    check({
        {rule + "ProxyPass / http://four.test/",
         "V6F0210",
         {"V6FrontPass", "ProxyPass"},
         {"ProxyPass / http://four.test/", "Remove that line"}},
        {"ProxyPass / http://four.test/\n" + rule, "V6F0210", {"V6FrontPass", "ProxyPass"}},
        {rule + "<Location />\nProxyPass http://four.test/\n</Location>",
         "V6F0210",
         {"V6FrontPass", "ProxyPass"}},
        {rule + "<Location \"/\">\nProxyPass http://four.test/\n</Location>",
         "V6F0210",
         {"V6FrontPass", "ProxyPass"}},
        {rule + "ProxyPassMatch ^/(.*)$ http://four.test/$1",
         "V6F0210",
         {"V6FrontPass", "ProxyPassMatch"},
         {"ProxyPassMatch"}},
        // Inherited by the virtual host.
        {rule, "V6F0210", {"V6FrontPass", "ProxyPass"}, {}, "ProxyPass / http://four.test/"},
        {"V6FrontPass /app/x http://four.test:9/\nProxyPass /app http://four.test/",
         "V6F0210",
         {"V6FrontPass", "ProxyPass"}},
        {"V6FrontPass /app http://four.test:9/\nProxyPass /app/ http://four.test/",
         "V6F0210",
         {"V6FrontPass", "ProxyPass"}},
        {"V6FrontPassMatch ^/a http://four.test:9/\nProxyPass / http://four.test/",
         "V6F0210",
         {"V6FrontPass", "ProxyPass"},
         {"V6FrontPassMatch ^/a"}},
        {"<Location /a>\nV6FrontPass http://four.test:9/\n</Location>\n"
         "ProxyPass /a http://four.test/",
         "V6F0210",
         {"V6FrontPass", "ProxyPass"}},
        // A part of the site is another server's: that is meant.
        {rule + "ProxyPass /app http://four.test/", nullptr},
        {rule + "ProxyPass / !", nullptr},
        {rule + "ProxyPass / !\nProxyPass / http://four.test/", nullptr},
        {rule + "ProxyPassMatch ^/[^/]*$ http://four.test/", nullptr},
        {"V6FrontPass /appendix http://four.test:9/\nProxyPass /app http://four.test/", nullptr},
        {rule,
         nullptr,
         {},
         {},
         "<VirtualHost *:8080>\nServerName other.test\n"
         "ProxyPass / http://four.test/\n</VirtualHost>"},
    });
}

TEST_CASE("configtest: an Alias or a Redirect that a rule hides", "[configtest]")
{
    const std::string rule = pass;
    check({
        {rule + "Alias /static/ /srv/static/",
         "V6F0214",
         {"Alias", "V6FrontPass"},
         {"Alias /static/ /srv/static/", "V6FrontPass /static/ !"}},
        {rule + "ScriptAlias /cgi/ /srv/cgi/", "V6F0214", {"ScriptAlias", "V6FrontPass"}},
        {rule + "Redirect /old http://www.example.org/new", "V6F0214", {"Redirect", "V6FrontPass"}},
        {rule + "Redirect permanent /old http://www.example.org/new",
         "V6F0214",
         {"Redirect", "V6FrontPass"}},
        {rule + "RedirectPermanent /old http://www.example.org/new",
         "V6F0214",
         {"RedirectPermanent", "V6FrontPass"}},
        {rule + "RedirectTemp /old http://www.example.org/new",
         "V6F0214",
         {"RedirectTemp", "V6FrontPass"}},
        {rule + "Alias /static/ /srv/static/\nV6FrontPass /static/ !", nullptr},
        {"V6FrontPass /app http://four.test:9/\nAlias /static/ /srv/static/", nullptr},
        {rule + "<Location /old>\nRedirect http://www.example.org/new\n</Location>", nullptr},
        // As Debian's alias.conf has it, for the whole server.
        {rule, nullptr, {}, {}, "Alias /icons/ /usr/share/apache2/icons/"},
        // Virtual hosts have it from the main server; said once.
        {rule,
         "V6F0214",
         {"Redirect", "<VirtualHost", "V6FrontPass"},
         {"Redirect /old http://www.example.org/new", "has no effect in the virtual host at ",
          "V6FrontPass /old !"},
         "Redirect /old http://www.example.org/new"},
        {rule,
         "V6F0214",
         {"RedirectMatch", "<VirtualHost *:8080>\nServerName site",
          "V6FrontPass / http://four.test:9/\n\n"},
         {"RedirectMatch 404 /", "V6FrontPassMatch /"},
         "RedirectMatch 404 /\\.git\n<VirtualHost *:8080>\nServerName other.test\n" + rule +
             "</VirtualHost>"},
        {rule + "V6FrontPass /old !", nullptr, {}, {}, "Redirect /old http://www.example.org/new"},
        {"V6FrontPass /old/a http://four.test:9/",
         nullptr,
         {},
         {},
         "Redirect /old http://www.example.org/new"},
        {rule,
         nullptr,
         {},
         {},
         "<Location /old>\nRedirect http://www.example.org/new\n</Location>"},
    });
}

TEST_CASE("configtest: directives without effect", "[configtest]")
{
    const std::string rule = pass;
    check({
        {rule + "V6FrontBackendV4 fuor.test 192.0.2.1",
         "V6F0211",
         {"V6FrontBackendV4"},
         {"V6FrontBackendV4 fuor.test", "four.test"}},
        {rule + "V6FrontCheck fuor.test uri=/",
         "V6F0211",
         {"V6FrontCheck"},
         {"V6FrontCheck fuor.test", "four.test"}},
        {rule, "V6F0211", {"V6FrontBackendV4"}, {}, "V6FrontBackendV4 fuor.test 192.0.2.1"},
        {rule, "V6F0211", {"V6FrontCheck"}, {}, "V6FrontCheck fuor.test uri=/"},
        {rule, nullptr, {}, {}, "V6FrontBackendV4 four.test 192.0.2.1"}, // for those that inherit
                                                                         // it
        {rule, nullptr, {}, {}, "V6FrontCheck four.test uri=/"},
        {rule + "V6FrontBackendV4 FOUR.test 192.0.2.1\nV6FrontCheck Four.Test uri=/", nullptr},
        {rule + "V6FrontBackendV4 * 192.0.2.1\nV6FrontCheck uri=/", nullptr},
        {rule + "V6FrontPass /app/* http://four.test:9/",
         "V6F0212",
         {"V6FrontPass /app/*"},
         {"V6FrontPass /app/*", "V6FrontPassMatch"}},
        {rule + "V6FrontPass /app/(.*) http://four.test:9/$1", "V6F0212", {"V6FrontPass /app/("}},
        {rule + "V6FrontPass /app http://four.test:9/$1",
         "V6F0212",
         {"V6FrontPass /app"},
         {"$1 to $9"}},
        {rule + "V6FrontPass /app http://four.test:9/$x", nullptr},
        {"V6FrontPass /app http://four.test:9/\nV6FrontPass /other !",
         "V6F0213",
         {"V6FrontPass /other"},
         {"V6FrontPass /other !"}},
        {"V6FrontPass / !", "V6F0213", {"V6FrontPass"}},
        {rule + "V6FrontPass /other !", nullptr},
        {rule, nullptr, {}, {}, "V6FrontPass /.well-known/acme-challenge/ !"},
        {"V6FrontPassMatch \\.php$ http://four.test:9/\nV6FrontPass /a/b !",
         "V6F0213",
         {"V6FrontPass /"}},
        {"V6FrontPassMatch ^/x !", "V6F0213", {"V6FrontPassMatch"}, {"V6FrontPassMatch ^/x !"}},
        {"V6FrontPassMatch ^/x http://four.test:9/\nV6FrontPassMatch ^/y !",
         "V6F0213",
         {"V6FrontPassMatch ^/y"}},
        {"V6FrontPassMatch ^/y !\nV6FrontPassMatch ^/ http://four.test:9/", nullptr},
        {"V6FrontPassMatch ^/x !\n" + rule, nullptr},
        {rule, nullptr, {}, {}, "V6FrontPassMatch ^/x !"},
        {"<Location /x>\nV6FrontPass !\n</Location>\nV6FrontPass /y http://four.test:9/",
         "V6F0213",
         {"V6FrontPass !"},
         {"V6FrontPass ! in <Location \"/x\">"}},
        {"<Location /x>\nV6FrontPass !\n</Location>", "V6F0213", {"V6FrontPass"}},
        {"<Location /x>\nV6FrontPass !\n</Location>\n" + rule, nullptr},
        {"<Location /x>\nV6FrontPass !\n</Location>\nV6FrontPass /x/y http://four.test:9/",
         "V6F0207",
         {"V6FrontPass /x/y", "V6FrontPass !"}}, // that rule is the one without effect
        {"<Location /x>\nV6FrontPass !\n</Location>\nV6FrontPassMatch ^/y http://four.test:9/",
         nullptr},
        {"<Location /x>\nV6FrontPass http://four.test:9/\n</Location>\n"
         "<Location /x/y>\nV6FrontPass !\n</Location>",
         nullptr},
        {rule, nullptr, {}, {}, "<Location /x>\nV6FrontPass !\n</Location>"},
        {"V6FrontPassMatch ^/(a)/(b) http://four.test:9/$2/$1", nullptr},
        {"<Location /a>\n<IfModule mod_v6front.c>\nV6FrontPass http://four.test:9/\n</IfModule>\n"
         "</Location>",
         nullptr},
    });
}

TEST_CASE("What cannot be meant stops the start, and the message says what would be right",
          "[configtest]")
{
    struct refused {
        std::string site;
        std::vector<std::string> says;
    };
    const std::string rule = pass;
    const auto row = GENERATE_COPY(from_range(std::vector<refused>{
        {"V6FrontPassMatch ^/user/.* http://four.test:9/$1", {"$1", "no group", "parentheses"}},
        {"V6FrontPassMatch ^/(a)/b http://four.test:9/$1/$2", {"$2", "1 group"}},
        {rule + "V6FrontPass /a http://four.test:9/ max=1 max=2", {"max= is given twice", "max=2"}},
        {rule + "V6FrontPass /a http://four.test:9/ max=1 MAX=1", {"max= is given twice"}},
        {"V6FrontPassMatch ^/a http://four.test:9/ self=on self=off", {"self= is given twice"}},
        {rule + "V6FrontTimeout connect=1 idle=3 connect=2", {"connect= is given twice"}},
        {rule + "V6FrontCheck uri=/a uri=/b", {"uri= is given twice"}},
        {rule + "V6FrontPass / http://four.test:10/", {"is given twice, first at", "httpd.conf:"}},
        {rule + "V6FrontBackendV4 four.test 192.0.2.1\nV6FrontBackendV4 four.test 192.0.2.2",
         {"is given twice for \"four.test\", first at", "httpd.conf:"}},
        {rule + "V6FrontCheck uri=/\nV6FrontCheck uri=/", {"is given twice", "first at"}},
        {rule + "V6FrontBackendV4 http://four.test/ 192.0.2.1",
         {"is a URL", "write the name alone: \"four.test\""}},
        {rule + "V6FrontBackendV4 four.test http://192.0.2.1:80/", {"alone: \"192.0.2.1\""}},
        {rule + "V6FrontCheck http://four.test:8080/health", {"alone: \"four.test\""}},
        {"V6FrontPass ^/app/ http://four.test:9/", {"must begin with \"/\"", "V6FrontPassMatch"}},
        {"<Location ~ \"^/a\">\nV6FrontPass http://four.test:9/\n</Location>",
         {"cannot be used in <Location ~", "V6FrontPassMatch"}},
        {"<LocationMatch \"^/a\">\nV6FrontPass http://four.test:9/\n</LocationMatch>",
         {"cannot be used in <LocationMatch", "V6FrontPassMatch"}},
        {"<Proxy \"http://four.test/\">\nV6FrontPass / http://four.test:9/\n</Proxy>",
         {"cannot be used in <Proxy", "<VirtualHost>"}},
        {"<Location /a>\n<If \"true\">\nV6FrontPass http://four.test:9/\n</If>\n</Location>",
         {"belongs in a server, a <VirtualHost> or a <Location>"}},
        {rule + "V6FrontEngine maybe", {"V6FrontEngine: must be \"on\" or \"off\", not \"maybe\""}},
        {rule + "V6FrontPreserveHost yes",
         {"V6FrontPreserveHost: must be \"on\" or \"off\", not \"yes\""}},
    }));
    INFO(row.site);
    const auto said = configtest(options_of(row.site));
    INFO(said.output);
    CHECK(said.code != 0);
    CHECK(said.output.find("Syntax error on line") != said.output.npos);
    for (const auto& text : row.says)
        CHECK(said.output.find(text) != said.output.npos);
    // httpd itself begins some lines with the directive's name.
    CHECK_FALSE(std::regex_search(said.output, std::regex("(V6Front[A-Za-z0-9]+)[: ]+\\1\\b")));
}

TEST_CASE("configtest names the line of the rule, not that of its virtual host", "[configtest]")
{
    httpd_options options;
    options.listen_ipv4 = true;
    options.site = "# a line\n# and another\nV6FrontPass / http://127.0.0.1:8080/\n";
    const auto refused = configtest(options);
    INFO(refused.output);
    CHECK(refused.code != 0);
    CHECK(refused.output.find("Listen [2001:db8::1]:8080") != refused.output.npos);
    const auto line_of = [](const std::string& output) {
        std::smatch found;
        REQUIRE(std::regex_search(output, found, std::regex("httpd\\.conf:([0-9]+)\\)")));
        return std::stoi(found[1]);
    };
    const int line = line_of(refused.output);
    options.site = "\n" + options.site;
    CHECK(line_of(configtest(options).output) == line + 1);
}

TEST_CASE("ProxyPass beside V6FrontPass: the line says what really happens")
{
    scripted_backend ours([](const auto&) { return response("ours"); });
    scripted_backend theirs([](const auto&) { return response("theirs"); });
    httpd_options options = options_for(short_list().front(), "V6FrontPass / " + ours.url() +
                                                                  "\nProxyPass / " + theirs.url());
    options.modules = {"proxy", "proxy_http"};
    httpd_server front(options);
    CHECK(get(front, "/").body == "theirs");
}
