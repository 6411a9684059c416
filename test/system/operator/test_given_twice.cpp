// SPDX-License-Identifier: Apache-2.0
//
// What may be written once and is written twice: refused with the line of the first, or, where the
// second replaces the first as elsewhere in httpd, a line of configtest. Each directive has a row.
#include "catch.hpp"
#include "config_lines.hpp"
#include "ways.hpp"

#include <regex>
#include <set>

using namespace v6front;

namespace
{

enum class second { refused, replaces, adds };

struct given_row {
    const char* directive;
    std::string first, later; // what follows the name
    second is;
    const char* section = ""; // with the words of a <Location>
    bool global = false;
};

const std::string site = " http://four.test:9/";

const std::vector<given_row>& given_rows()
{
    static const std::vector<given_row> made{
        {"V6FrontPass", "/x" + site, "/x http://four.test:10/", second::refused},
        {"V6FrontPass", "/x" + site, "/x !", second::refused},
        {"V6FrontPass", "/x" + site, "/x/" + site, second::adds},
        {"V6FrontPass", site, "http://four.test:10/", second::refused, "/l"},
        {"V6FrontPassMatch", "^/x/(.*)" + site + "$1", "^/y" + site, second::adds},
        {"V6FrontPassReverse", "/x http://a.test/", "/y http://b.test/", second::adds},
        {"V6FrontCookieDomain", "a.test b.test", ".A.test c.test", second::refused},
        {"V6FrontCookieDomain", "a.test b.test", "a.test b.test", second::refused, "/l"},
        {"V6FrontCookiePath", "/a /b", "/a /c", second::refused},
        {"V6FrontCookieSecure", "On", "Off", second::replaces},
        {"V6FrontBackendV4", "four.test 192.0.2.1", "FOUR.test 192.0.2.2", second::refused},
        {"V6FrontBackendV4", "192.0.2.1", "* 192.0.2.2", second::refused},
        {"V6FrontResolve", "refresh=1", "refresh=2", second::replaces, "", true},
        {"V6FrontPreserveHost", "On", "Off", second::replaces},
        {"V6FrontVia", "On", "Off", second::replaces, "/l"},
        {"V6FrontProxyProtocol", "v1", "v2", second::replaces},
        {"V6FrontBindV4", "127.0.0.1", "127.0.0.2", second::replaces},
        {"V6FrontAddHeaders", "+Forwarded", "+X-Request-ID", second::adds},
        {"V6FrontTrust", "192.0.2.1", "192.0.2.2", second::adds},
        {"V6FrontPseudoV4", "off", "off", second::refused},
        {"V6FrontErrorOverride", "404", "503", second::replaces},
        {"V6FrontEngine", "On", "Off", second::replaces},
        {"V6FrontThreads", "2", "3", second::replaces, "", true},
        {"V6FrontAccept", "On", "Off", second::replaces, "", true},
        {"V6FrontGracefulTimeout", "1", "2", second::replaces, "", true},
        {"V6FrontTimeout", "connect=1 idle=2", "Connect=3", second::replaces},
        {"V6FrontCheck", "four.test uri=/a", "four.test uri=/b", second::refused},
        {"V6FrontCheck", "uri=/a", "uri=/a", second::refused},
        {"V6FrontTLS", "secure.test protocol=1.3", "secure.test protocol=1.2", second::refused},
    };
    return made;
}

std::string text_of(const given_row& r)
{
    const std::string name = r.directive;
    const std::string both = name + " " + r.first + "\n# between\n" + name + " " + r.later + "\n";
    return *r.section ? "<Location " + std::string(r.section) + ">\n" + both + "</Location>\n"
                      : both;
}

void check(const given_row& r)
{
    httpd_options options;
    options.site = "V6FrontPass /base" + site + "\nV6FrontPass /s https://secure.test/\n";
    options.hosts += "127.0.0.1 secure.test\n";
    (r.global ? options.global : options.site) += text_of(r);
    const auto first =
        "httpd.conf:" + std::to_string(line_with(config_as_tested(options),
                                                 std::string(r.directive) + " " + r.first));
    const auto said = configtest(options);
    INFO(text_of(r) << said.output);
    CHECK((said.code != 0) == (r.is == second::refused));
    const bool told = std::regex_search(said.output, std::regex("V6F0246: .*" + first + "\\)"));
    CHECK(told == (r.is == second::replaces));
    if (r.is == second::refused) {
        CHECK_THAT(said.output, ContainsSubstring(r.directive + std::string(": ")));
        CHECK_THAT(said.output, ContainsSubstring("is given twice"));
        CHECK(std::regex_search(said.output, std::regex(", first at .*" + first + "\n")));
    }
    if (r.is == second::adds)
        CHECK(said.output.find("V6F") == said.output.npos);
}

} // namespace

TEST_CASE("What is written twice: each directive says where the first is, or adds", "[configtest]")
{
    for (const given_row& r : given_rows())
        check(r);
    std::set<std::string> with_row;
    for (const given_row& r : given_rows())
        with_row.insert(r.directive);
    const auto table = read_file("mod_v6front/httpd/config/directives.cpp");
    const std::regex entry("\n    \\{\"(V6Front[A-Za-z0-9]+)\",");
    std::size_t directives = 0;
    for (auto at = std::sregex_iterator(table.begin(), table.end(), entry);
         at != std::sregex_iterator(); ++at, ++directives) {
        INFO((*at)[1] << " has no row in this test");
        CHECK(with_row.contains((*at)[1]));
    }
    CHECK(directives == with_row.size());
}
