// SPDX-License-Identifier: Apache-2.0
//
// Slips of an operator, directive by directive: a misspelt key, a value of another program, a wrong
// section, a wrong order, a URL that is none. Each works as it was meant, or there is one line with
// the value, the place and what would be right: an error of the start, or a numbered one.
#include "catch.hpp"
#include "ways.hpp"

#include <regex>

using namespace v6front;

namespace
{

struct slip {
    std::string site;
    // What is said, in any order; the first is the number of the line, or "" for an error. None: it
    // works.
    std::vector<std::string> says{};
    std::string global = "";
};

const std::string pass_to_four = "V6FrontPass / http://four.test:9/\n";

std::string host(const std::string& address, const std::string& inside)
{
    return "<VirtualHost " + address + ">\n" + inside + "\n</VirtualHost>\n";
}

void check(const std::vector<slip>& slips)
{
    for (const slip& s : slips) {
        INFO(s.global << s.site);
        httpd_options options;
        options.site = s.site;
        options.global = s.global;
        options.modules = {"proxy", "socache_shmcb", "ssl"};
        const auto said = configtest(options);
        INFO(said.output);
        const bool refused = !s.says.empty() && s.says[0].empty();
        CHECK((said.code != 0) == refused);
        const auto ours = std::regex("V6F[0-9]{4}: ");
        const auto lines =
            std::distance(std::sregex_iterator(said.output.begin(), said.output.end(), ours), {});
        CHECK(lines == (s.says.empty() || refused ? 0 : 1));
        if (!s.says.empty())
            CHECK_THAT(said.output, ContainsSubstring("httpd.conf:"));
        for (const auto& text : s.says)
            CHECK_THAT(said.output, ContainsSubstring(text));
    }
}

} // namespace

TEST_CASE("Slips in a URL", "[configtest]")
{
    check({
        {"V6FrontPass / HTTP://FOUR.test:9/"},
        {"V6FrontPass / http://four.test.:9"},
        {"V6FrontPass / 'http://four.test:9/'"},
        {"V6FrontPass /app/ http://four.test:9/app\nV6FrontPass /b http://four.test:9/b/"},
        {"V6FrontPass / http://under_score.test:9/\nV6FrontBackendV4 under_score.test 127.0.0.1"},
        {"V6FrontPass / four.test", {"", "\"four.test\" has no scheme: write http://"}},
        {"V6FrontPass / //four.test/", {"", "has no scheme: write http://"}},
        {"V6FrontPass / http:/four.test/", {"", "has no scheme: write http://"}},
        {"V6FrontPass / http//four.test/", {"", "has no scheme: write http://"}},
        {"V6FrontPass / ${NO_SUCH_SITE}", {"", "\"${NO_SUCH_SITE}\" has no scheme"}},
        {"V6FrontPass / balancer://cluster/", {"", "write http:// or https://"}},
        {"V6FrontPass / h2://four.test/", {"", "write http:// or https://"}},
        {"V6FrontPass / http://[2001:db8::1]/", {"", "write a name or an IPv4 address"}},
        {"V6FrontPass / http://2001:db8::1/", {"", "write a name or an IPv4 address"}},
        {"V6FrontPass / \"http://four .test/\"", {"", "it cannot have a blank"}},
        {"V6FrontPass / \"http://four.test/ \"", {"", "a blank in its path"}},
        {"V6FrontPass / http://b\xc3\xbc"
         "cher.test/",
         {"", "ASCII form (xn--...)"}},
        {"V6FrontPass / http://*.test/", {"", "it cannot have \"*\""}},
        {"V6FrontPass / http://four.test:/", {"", "a port that is not a number"}},
        {"V6FrontPass / http://127.1/", {"", "four decimal numbers"}},
        {"V6FrontPass / http://224.0.0.1/", {"", "\"http://224.0.0.1/\"", "no site can have"}},
        {"V6FrontPass / http://127.0.0.1:443/", {"V6F0248", "Write https://"}},
        {"V6FrontPassMatch ^/a https://127.0.0.1:80/", {"V6F0248", "Write http://"}},
        {"V6FrontPass / http://four.test:9/a/../b", {"V6F0248", "Write the resolved path"}},
        {"V6FrontPass http://four.test:9/", {"", "needs a path and the URL"}},
        {"V6FrontPass http://four.test:9/ /", {"", "must begin with \"/\""}},
        {"V6FrontPassMatch ^/a/(.*) http://four.test:9/\\1", {"", "is written $1"}},
    });
}

TEST_CASE("Slips in paths, expressions and their order", "[configtest]")
{
    check({
        {"V6FrontPass /a http://four.test:9/\nV6FrontPass /a/b http://four.test:10/"},
        {pass_to_four + "V6FrontPass /a/b http://four.test:10/\nV6FrontPass /a/b/c !"},
        {"V6FrontPass /x !\n" + pass_to_four}, // an exclusion before what it excludes from
        {pass_to_four + "V6FrontPass /x ! # not this", {"", "\"#\" is no comment here"}},
        {pass_to_four + "V6FrontPass /x!", {"", "needs a path and the URL"}},
        {"V6FrontPass //a http://four.test:9/", {"V6F0207", "two slashes in a row"}},
        {"MergeSlashes Off\nV6FrontPass //a http://four.test:9/"},
        {"<Location /a%20b>\nV6FrontPass http://four.test:9/\n</Location>",
         {"V6F0207", "<Location \"/a%20b\">", "write the character itself"}},
        {"V6FrontPassMatch ^app/ http://four.test:9/", {"V6F0207", "write \"^/\""}},
        {"V6FrontPassMatch ^/a%20b http://four.test:9/",
         {"V6F0207", "its expression has a percent-encoded"}},
        {"V6FrontPassMatch ^/a http://four.test:9/\nV6FrontPassMatch ^/a/b http://four.test:10/",
         {"V6F0207", "Write the narrower one before the wider"}},
        {"V6FrontPassMatch ^/a http://four.test:9/\nV6FrontPass /a/b !",
         {"V6F0207", "Write \"V6FrontPassMatch ^/a/b(/|$) !\" before it"}},
        {"<Location /a/b>\nV6FrontPass http://four.test:9/\n</Location>\n"
         "<Location /a>\nV6FrontPass http://four.test:9/\n</Location>",
         {"V6F0207", "Write the longer path after the shorter"}},
        {pass_to_four + "<Location />\nV6FrontPass http://four.test:10/\n</Location>",
         {"V6F0207", "V6FrontPass in <Location \"/\">"}},
        {"<Location /a>\nV6FrontPass /a http://four.test:9/\n</Location>",
         {"", "takes only the URL", "remove \"/a\""}},
        {"<Location a>\nV6FrontPass http://four.test:9/\n</Location>", {"", "must begin with"}},
        {"<If true>\n" + pass_to_four + "</If>", {"", "belongs in a server"}},
    });
}

TEST_CASE("Slips in keys and values", "[configtest]")
{
    check({
        {pass_to_four + "V6FrontPass /a http://four.test:9/ CONNECT=1 Max=2"},
        {"V6FrontPass / http://four.test:9/ conect=1", {"", "\"conect=1\"", "one of connect,"}},
        {"V6FrontPass / http://four.test:9/ timeout=1", {"", "\"timeout=1\"", "is response= here"}},
        {"V6FrontPass / http://four.test:9/ response = 3", {"", "must be written key=value"}},
        {"V6FrontPass / http://four.test:9/ response=3 s", {"", "\"s\" must be written key"}},
        {"V6FrontPass / http://four.test:9/ response=", {"", "response=\"\" must be a duration"}},
        {"V6FrontPass / http://four.test:9/ max=0", {"", "a number from 1 to"}},
        {"V6FrontPass / http://four.test:9/ queue=3", {"", "queue= needs max="}},
        {"V6FrontPass / http://four.test:9/ # here", {"", "a comment has a line of its own"}},
        {pass_to_four + "V6FrontTimeout 30", {"", "\"30\" is not one of connect="}},
        {pass_to_four + "V6FrontTimeout connect=3m", {"", "such as 3, 500ms, 2min"}},
        {pass_to_four + "V6FrontTrust 10.0.0.1/8", {"", "write 10.0.0.0/8"}},
        {pass_to_four + "V6FrontTrust proxy.test", {"", "is not an IP address or prefix"}},
        {pass_to_four + "V6FrontBindV4 eth0", {"", "must be IPv4 addresses of this machine"}},
        {pass_to_four + "V6FrontProxyProtocol on", {"", "must be \"v1\""}},
        {pass_to_four + "V6FrontAddHeaders X-Real-IP", {"", "\"X-Real-IP\" must be On, Off"}},
        {pass_to_four + "V6FrontErrorOverride 4xx", {"", "statuses from 400 to 599"}},
        {pass_to_four + "V6FrontPseudoV4 on", {"", "must be \"off\", \"add\" or \"overwrite\""}},
        {pass_to_four + "V6FrontCookieDomain a.test http://b.test", {"", "without scheme"}},
        {pass_to_four + "V6FrontCookieSecure yes", {"", "must be \"on\" or \"off\", not \"yes\""}},
        {pass_to_four + "V6FrontThreads 2",
         {"", "V6FrontThreads: is for the whole server: write it"}},
        {pass_to_four + "V6FrontResolve refresh=2",
         {"", "V6FrontResolve: is for the whole server"}},
        {pass_to_four + "V6FrontAccept On", {"", "V6FrontAccept: is for the whole server"}},
        {pass_to_four + "V6FrontGracefulTimeout 2",
         {"", "V6FrontGracefulTimeout: is for the whole"}},
    });
}

TEST_CASE("Slips with names and addresses of backends", "[configtest]")
{
    check({
        {pass_to_four + "V6FrontBackendV4 FOUR.TEST 127.0.0.1"},
        {pass_to_four + "V6FrontBackendV4 four.test. 127.0.0.1",
         {"V6F0211", "Backends there: four.test"}},
        {pass_to_four + "V6FrontBackendV4 127.0.0.1 four.test",
         {"V6F0251", "write the name first"}},
        {pass_to_four +
             "V6FrontBackendV4 127.0.0.1 site.test\nV6FrontBackendV4 site.test 127.0.0.2",
         {"V6F0211"}},
        {pass_to_four + "V6FrontBackendV4 four.test 127.0.0.1:80", {"", "belong in V6FrontPass"}},
        {pass_to_four + "V6FrontBackendV4 four.test 127.0.0.1,127.0.0.2",
         {"", "is not an IPv4 address"}},
        {pass_to_four + "V6FrontBackendV4 four.test 224.0.0.1", {"", "no site can have"}},
        {pass_to_four + "V6FrontBackendV4 *.test 127.0.0.1",
         {"", "\"*.test\" is not a host name: it cannot have \"*\""}},
        {pass_to_four + "V6FrontBackendV4 four.test ::1", {"", "over IPv4 only"}},
        {pass_to_four + "V6FrontCheck /health", {"", "must be written uri=/health"}},
        {pass_to_four + "V6FrontCheck four.test /health", {"", "must be written uri=/health"}},
        {pass_to_four + "V6FrontCheck uri=health", {"", "must be a path such as /health"}},
        {pass_to_four + "V6FrontCheck url=/health", {"", "must be one of uri="}},
        {pass_to_four + "V6FrontCheck uri=/ host=http://four.test/",
         {"", "such as www.example.org"}},
        {pass_to_four + "V6FrontCheck uri=/ status=OK", {"", "must be a status code such as 200"}},
        {pass_to_four + "V6FrontTLS protocol=1.3",
         {"V6F0211", "V6FrontTLS without a name (", "V6FrontPass / http://four.test:9/ (",
          "over plain http", "write https:// there"}},
        {pass_to_four + "V6FrontTLS four.test verify=on",
         {"V6F0211", "V6FrontTLS four.test (", "over plain http"}},
        {pass_to_four + "V6FrontTLS fuor.test verify=on",
         {"V6F0211", "V6FrontTLS fuor.test (", "no V6FrontPass there uses this name"}},
        {"V6FrontPass / https://four.test:9/\nV6FrontTLS protocol=TLSv1.2",
         {"", "1.0, 1.1, 1.2 or 1.3"}},
        {"V6FrontPass / https://four.test:9/\nV6FrontTLS ca=/no/such/file",
         {"", "\"/no/such/file\" cannot be read"}},
    });
}

TEST_CASE("Settings in a virtual host without a rule", "[configtest]")
{
    const std::string named = "ServerName named.test\n";
    check({
        {"V6FrontPreserveHost On\nV6FrontVia Off",
         {"V6F0253", "V6FrontPreserveHost On (", "sends nothing to a site"}},
        {"V6FrontBackendV4 four.test 127.0.0.1", {"V6F0253", "V6FrontBackendV4 four.test"}},
        {"<Location /a>\nV6FrontPassReverse http://four.test/\n</Location>", {"V6F0253"}},
        {pass_to_four, {"V6F0253", "V6FrontVia Off ("}, host("*:8080", named + "V6FrontVia Off")},
        {pass_to_four, {"V6F0211"}, host("*:8080", named + "V6FrontBackendV4 two.test 127.0.0.1")},
        {"# nothing", {}, "V6FrontPreserveHost On"}, // of the main server
        {"V6FrontEngine Off"},
        {"V6FrontVia Off", {}, pass_to_four}, // it inherits that rule
        {"V6FrontVia Off", {}, "<Location /a>\nV6FrontPass http://four.test:9/\n</Location>"},
        {"V6FrontVia Off\n<Location /a>\nV6FrontPass http://four.test:9/\n</Location>"},
        {"V6FrontVia Off\nV6FrontPassMatch ^/a http://four.test:9/"},
    });
}

TEST_CASE("Slips in Listen", "[configtest]")
{
    const std::string all6 = "Listen [::]:8099\n", all4 = "Listen 0.0.0.0:8099\n";
    check({
        {pass_to_four,
         {"V6F0252", "Listen [::]:8099 (", " and Listen [::1]:8099 (",
          "cannot open port 8099 for all addresses"},
         all6 + "Listen [::1]:8099"},
        {pass_to_four,
         {"V6F0252", "Listen [::1]:8080 (", " and Listen 8080 https ("},
         "Listen 8080 https"},
        {pass_to_four, {"V6F0252"}, all6 + "Listen 127.0.0.1:8099"},
        {pass_to_four, {"V6F0252"}, all4 + "Listen 127.0.0.1:8099"},
        {pass_to_four, {"V6F0252"}, all4 + all6 + "Listen 127.0.0.1:8099\nListen [::1]:8099"},
        {pass_to_four,
         {"V6F0252", "Listen 0.0.0.0:8099 (", " and Listen 8099 (",
          "port 8099 for all addresses of IPv4 and then of both, and will not start (AH00072)"},
         all4 + "Listen 8099"},
        {pass_to_four, {"V6F0252"}, all4 + "Listen [::1]:8098\n" + all6},
        {pass_to_four, {}, all4 + all6},
        {pass_to_four, {}, all6 + all4},
        {pass_to_four, {}, "Listen 8099\n" + all4},
        {pass_to_four, {}, all6 + "Listen 8099"},
        {pass_to_four, {}, "Listen 8099\n" + all6},
        {pass_to_four, {}, all4 + "Listen [::1]:8099"},
        {pass_to_four, {}, all6 + "Listen [::1]:8098"},
        {pass_to_four, {}, "Listen 127.0.0.1:8099\nListen [::1]:8099"},
        {pass_to_four,
         {"V6F0259", "Listen 192.0.2.1:8099 (", "does not have the address 192.0.2.1"},
         "Listen 192.0.2.1:8099"},
        {pass_to_four,
         {"V6F0259", "Listen [2001:DB8::1]:8099 https (", "will not start (AH00072)"},
         "Listen [2001:DB8::1]:8099 https"},
        {pass_to_four, {}, "Listen [::ffff:127.0.0.1]:8099"},
        {pass_to_four, {}, "ListenCoresBucketsRatio 1\n" + all6 + "Listen [::1]:8099"},
    });
}

TEST_CASE("Slips around a virtual host", "[configtest]")
{
    const std::string listen = "Listen [::1]:443\n", named = "ServerName named.test\n";
    const std::string all4 = "Listen 0.0.0.0:8099\n";
    check({
        {"", {}, listen + host("*:443", named + pass_to_four + "SSLEngine On")},
        {"", {"V6F0249", "Add \"SSLEngine On\""}, listen + host("*:443", named + pass_to_four)},
        {"", {}, "Listen [::1]:443 http\n" + host("*:443", named + pass_to_four)},
        {"", {}, listen + host("*:443", named)}, // without a route it is not ours
        {"", {}, host("[::1]:8080", named + pass_to_four)},
        {"", {}, host("[::]:8080", named + pass_to_four)},
        {"",
         {"V6F0208", "<VirtualHost [2001:db8::1]:8080>", "Add \"Listen [2001:db8::1]:8080\""},
         host("[2001:db8::1]:8080", named + pass_to_four)},
        {"",
         {"V6F0208", "port 8099", "Add \"Listen [::1]:8099\""},
         host("[::1]:8099", named + pass_to_four)},
        {"",
         {"V6F0208", "<VirtualHost *:8099>", "Add \"Listen [::]:8099\""},
         host("*:8099", named + pass_to_four)},
        {"", {}, host("[2001:db8::1]:8080 [::1]:8080", named + pass_to_four)},
        {pass_to_four, {"V6F0209", "ServerName site.test"}, host("*:8080", "ServerName SITE.test")},
        {pass_to_four,
         {"V6F0209", "ServerAlias *.test", "put this virtual host first"},
         host("*:8080", named + "ServerAlias *.test")},
        {"",
         {"V6F0208", "on port 8099 on IPv4 alone. Add \"Listen [::]:8099\""},
         all4 + host("[::]:8099", named + pass_to_four)},
        {"",
         {"V6F0208", "Add \"Listen [2001:db8::1]:8099\""},
         "Listen 127.0.0.1:8099\n" + host("*:8099", named + pass_to_four)},
        {"", {}, all4 + host("0.0.0.0:8080 192.0.2.1:8099", named + pass_to_four)},
        {"",
         {"V6F0209", "ServerName named.test"},
         host("*:8080", named) + host("[::]:8080", named + pass_to_four)},
        {"",
         {"V6F0209", "ServerName named.test"},
         host("0.0.0.0:8080 [::1]:8080", named) + host("[::]:8080", named + pass_to_four)},
        {"", {}, host("0.0.0.0:8080", named) + host("[::]:8080 [::1]:8080", named + pass_to_four)},
        {"",
         {"V6F0257", "<VirtualHost [::1]:8080> (", "Add [::1]:8080 to its line"},
         host("192.0.2.1:8080 [::1]:8080", "ServerName own.test") +
             host("[::]:8080", named + pass_to_four)},
        {"",
         {},
         "Listen [::]:8099\n" + host("[::1]:8080", "ServerName own.test") +
             host("*:8080 *:8099", named + pass_to_four)},
        {"",
         {"V6F0208", "<VirtualHost 192.0.2.1:8099> (", "it has only IPv4 addresses",
          "to that line: [2001:db8::1]:8099, and \"Listen [2001:db8::1]:8099\""},
         all4 + host("192.0.2.1:8099", named + pass_to_four)},
        {"", // for IPv6 at that port there is another one with the name
         {},
         all4 + "Listen [::1]:8099\n" +
             host("192.0.2.1:8099", "ServerName four.test\nServerAlias w.test\n" + pass_to_four) +
             host("[::1]:8099", "ServerName six.test\nServerAlias w.test\n" + pass_to_four)},
        {"",
         {"V6F0208", "to that line: [::1]:8099"},
         all4 + "Listen [::1]:8099\n" + host("192.0.2.1:8099", named + pass_to_four) +
             host("[::1]:8080", "ServerAlias named.test\n" + pass_to_four)},
        {"",
         {"V6F0208", "<VirtualHost 192.0.2.1:*> (", "to that line: [::1]:*"},
         all4 + host("192.0.2.1", named + pass_to_four)},
        {"",
         {"V6F0208", "<VirtualHost [2001:db8::1]:8099> (", "does not listen on that address"},
         all4 + host("192.0.2.1:8099 [2001:db8::1]:8099", named + pass_to_four)},
        {"", {}, all4 + host("127.0.0.2:8099", named + pass_to_four)}, // of this machine alone
        {"",
         {"V6F0209", "has no ServerName", "Requests for other names go to", "ServerName www"},
         host("*:8080", named) + host("*:8080", pass_to_four)},
        {"", {}, host("*:8080", named) + host("*:8080", "ServerAlias a.test\n" + pass_to_four)},
        {"", {}, host("[::1]:8080", pass_to_four)}, // it has all names there
        {pass_to_four + "ServerAlias other.test",
         {},
         host("*:8080", named + "ServerAlias site.test")},
        {"",
         {"V6F0209", "Write \"named.test\""},
         host("*:8080", "ServerName named.test.\n" + pass_to_four)},
        {pass_to_four + "ProxyPreserveHost On", {"V6F0247", "is V6FrontPreserveHost"}},
        {pass_to_four + "ProxyPassReverse / http://four.test/",
         {"V6F0247", "is V6FrontPassReverse"}},
        {pass_to_four + "ProxyPass /y http://four.test/\nProxyPassReverse /y http://four.test/"},
        {pass_to_four, {}, "ProxyVia On"},
    });
}
