// SPDX-License-Identifier: Apache-2.0
//
// A wrong configuration does not start, and says which directive, where, what was written and what
// would be right.
#include "catch.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

struct mistake {
    const char* line;
    const char* directive;
    const char* value; // must be in the message
    const char* right; // and this, of what would have been right
};

const std::vector<mistake>& mistakes()
{
    static const std::vector<mistake> rows{
        {"V6FrontPass /", "V6FrontPass", "", "http://"},
        {"V6FrontPass", "V6FrontPass", "", "http://"},
        {"V6FrontPass x http://four.test/", "V6FrontPass", "x", "/"},
        {"V6FrontPass / four.test", "V6FrontPass", "four.test", "http://"},
        {"V6FrontPass / https://[::1]/", "V6FrontPass", "::1", "IPv4"},
        {"V6FrontPass / ftp://four.test/", "V6FrontPass", "ftp", "http"},
        {"V6FrontPass / http:///x", "V6FrontPass", "http:///x", "host"},
        {"V6FrontPass / http://[::1]/", "V6FrontPass", "::1", "IPv4"},
        {"V6FrontPass / http://[2001:db8::1]:8080/", "V6FrontPass", "2001:db8::1", "IPv4"},
        {"V6FrontPass / http://u:p@four.test/", "V6FrontPass", "u:p@", "user"},
        {"V6FrontPass / http://four.test:0/", "V6FrontPass", "0", "65535"},
        {"V6FrontPass / http://four.test:65536/", "V6FrontPass", "65536", "65535"},
        {"V6FrontPass / http://four.test:http/", "V6FrontPass", ":http", "65535"},
        {"V6FrontPass / http://four.test/?a", "V6FrontPass", "?", "query"},
        {"V6FrontPass / http://four.test/ connect", "V6FrontPass", "connect", "key=value"},
        {"V6FrontPass / http://four.test/ connect=0", "V6FrontPass", "0", "above 0"},
        {"V6FrontPass / http://four.test/ response=soon", "V6FrontPass", "soon", "seconds"},
        {"V6FrontPass / http://four.test/ idle=25h", "V6FrontPass", "25h", "24 hours"},
        {"V6FrontPass / http://four.test/ retries=3", "V6FrontPass", "retries", "response"},
        {"V6FrontPass / http://four.test/ preservehost=yes", "V6FrontPass", "yes", "off"},
        {"V6FrontPass /a ! connect=3", "V6FrontPass", "connect=3", "no settings"},
        {"V6FrontPass /a http://four.test/\nV6FrontPass /a http://four.test/x", "V6FrontPass", "/a",
         ""},
        {"V6FrontPassMatch ( http://four.test/", "V6FrontPassMatch", "(", "regular expression"},
        {"V6FrontPassMatch ^/a four.test", "V6FrontPassMatch", "four.test", "http://"},
        {"V6FrontPassMatch ^/a", "V6FrontPassMatch", "", "http://"},
        {"V6FrontPassMatch ^/a http://four.test/ max=no", "V6FrontPassMatch", "no", "100000"},
        {"V6FrontPassReverse /", "V6FrontPassReverse", "", "http://"},
        {"V6FrontPassReverse / nonsense", "V6FrontPassReverse", "nonsense", "http://"},
        {"V6FrontBackendV4 four.test", "V6FrontBackendV4", "", "192.0.2.10"},
        {"V6FrontBackendV4 four.test 1.2.3", "V6FrontBackendV4", "1.2.3", "IPv4"},
        {"V6FrontBackendV4 four.test 1.2.3.256", "V6FrontBackendV4", "1.2.3.256", "IPv4"},
        {"V6FrontBackendV4 four.test ::1", "V6FrontBackendV4", "::1", "IPv4"},
        {"V6FrontBackendV4 four.test ::ffff:192.0.2.1", "V6FrontBackendV4", "::ffff", "IPv4"},
        {"V6FrontPass / http://[::ffff:192.0.2.1]/", "V6FrontPass", "::ffff", "IPv4"},
        {"V6FrontPass / http://four.test/ self=maybe", "V6FrontPass", "maybe", "off"},
        {"V6FrontBackendV4 2001:db8::1", "V6FrontBackendV4", "2001:db8::1", "IPv4"},
        {"V6FrontPreserveHost maybe", "V6FrontPreserveHost", "maybe", "off"},
        {"V6FrontEngine sometimes", "V6FrontEngine", "sometimes", "off"},
        {"V6FrontTimeout 3", "V6FrontTimeout", "3", "connect="},
        {"V6FrontTimeout connect=-1", "V6FrontTimeout", "-1", "above 0"},
        {"V6FrontTimeout conect=3", "V6FrontTimeout", "conect", "connect"},
    };
    return rows;
}

// The line of a word in the configuration that configtest() has written, from its own message.
void check_said(const std::string& output, const mistake& m)
{
    CHECK(output.find(m.directive) != std::string::npos);
    CHECK(output.find(m.value) != std::string::npos);
    CHECK(output.find(m.right) != std::string::npos);
    CHECK(output.find("httpd.conf:") != std::string::npos); // the file and the line
    CHECK(output.find("Syntax error on line ") != std::string::npos);
}

} // namespace

TEST_CASE("A wrong directive is an error that says all that is needed to mend it")
{
    for (const mistake& m : mistakes()) {
        INFO(m.line);
        httpd_options options;
        options.site = m.line;
        const command_result said = configtest(options);
        INFO(said.output);
        CHECK(said.code != 0);
        check_said(said.output, m);
    }
}

TEST_CASE("V6FrontThreads is the whole server's, and a number")
{
    for (const char* value : {"0", "65", "-1", "two", "2x"}) {
        INFO(value);
        httpd_options options;
        options.global = std::string("V6FrontThreads ") + value;
        const command_result said = configtest(options);
        INFO(said.output);
        CHECK(said.code != 0);
        check_said(said.output, {"", "V6FrontThreads", value, "from 1 to 64"});
    }
    httpd_options options;
    options.site = "V6FrontThreads 2";
    const command_result said = configtest(options);
    CHECK(said.code != 0);
    CHECK(said.output.find("V6FrontThreads") != std::string::npos);
}

TEST_CASE("V6FrontGracefulTimeout is the whole server's, and a duration")
{
    for (const char* value : {"0", "25h", "-1", "soon", "3x"}) {
        INFO(value);
        httpd_options options;
        options.global = std::string("V6FrontGracefulTimeout ") + value;
        const command_result said = configtest(options);
        INFO(said.output);
        CHECK(said.code != 0);
        check_said(said.output, {"", "V6FrontGracefulTimeout", value, "at most 24 hours"});
    }
    httpd_options options;
    options.site = "V6FrontGracefulTimeout 30s";
    const command_result said = configtest(options);
    CHECK(said.code != 0);
    CHECK(said.output.find("V6FrontGracefulTimeout") != std::string::npos);
}

TEST_CASE("V6FrontResolve is the whole server's, and three durations", "[names]")
{
    const std::vector<std::pair<std::string, const char*>> rows{
        {"refresh=0", "\"0\""}, {"refresh=often", "often"}, {"ttl=3", "ttl=3"}, {"30", "30"}};
    for (const auto& [written, value] : rows) {
        INFO(written);
        httpd_options options;
        options.global = "V6FrontResolve " + written;
        const command_result said = configtest(options);
        INFO(said.output);
        CHECK(said.code != 0);
        check_said(said.output, {"", "V6FrontResolve", value, ""});
    }
    httpd_options options;
    options.site = "V6FrontResolve refresh=2";
    CHECK(configtest(options).code != 0);
}

TEST_CASE("In <Location> V6FrontPass has no path of its own")
{
    struct row {
        const char *section, *inside, *right;
    };
    const std::vector<row> rows{
        {"<Location /a>", "V6FrontPass /b http://four.test/", "only the URL"},
        {"<Location /a>", "V6FrontPass", "http://"},
        {"<LocationMatch ^/a>", "V6FrontPass http://four.test/", "V6FrontPassMatch"},
        {"<Directory /tmp>", "V6FrontPass http://four.test/", "<Location>"},
    };
    for (const row& r : rows) {
        INFO(r.section << r.inside);
        httpd_options options;
        const std::string section = r.section;
        options.site =
            section + "\n" + r.inside + "\n</" + section.substr(1, section.find(' ') - 1) + ">";
        const command_result said = configtest(options);
        INFO(said.output);
        CHECK(said.code != 0);
        CHECK(said.output.find(r.right) != std::string::npos);
    }
}

TEST_CASE("A setting in a section that no request for a site looks at is refused")
{
    const std::string section =
        GENERATE("<Directory /tmp>", "<DirectoryMatch ^/tmp>", "<Files x>", "<FilesMatch x>");
    const std::string setting = GENERATE("V6FrontVia Off", "V6FrontTimeout idle=3",
                                         "V6FrontAddHeaders Off", "V6FrontPassReverse http://a/");
    INFO(section << setting);
    httpd_options options;
    const std::string end = "</" + section.substr(1, section.find(' ') - 1) + ">";
    options.site = section + "\n" + setting + "\n" + end;
    const command_result said = configtest(options);
    CHECK(said.code != 0);
    const std::string name = setting.substr(0, setting.find(' '));
    const std::string place = "in " + section.substr(0, section.size() - 1);
    check_said(said.output, {"", name.c_str(), place.c_str(),
                             "write it in the <VirtualHost> or in a <Location>"});
}

TEST_CASE("Every directive, written rightly, is accepted")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    httpd_options options = options_for(w, R"(
        V6FrontPass / http://four.test/
        V6FrontPass /a HTTP://Four.Test:8080/b connect=500ms response=2min idle=1h preservehost=on
        V6FrontPass /b !
        V6FrontPassMatch ^/m/(.*) http://four.test/$1 max=5 queue=0 connect=1 bufferbody=64K
        V6FrontPassMatch ^/n !
        V6FrontPassReverse /r http://other.test/
        V6FrontBackendV4 four.test 127.0.0.1 127.0.0.2
        V6FrontBackendV4 127.0.0.3
        V6FrontBackendV4 other.test v4.other.test 127.0.0.4
        V6FrontPreserveHost off
        V6FrontTimeout connect=1 response=1s idle=24h
        <Location /l>
            V6FrontPass http://127.0.0.1:8081/ response=5
            V6FrontPassReverse http://other.test/l
            V6FrontPreserveHost On
            V6FrontTimeout idle=2
        </Location>
        <IfModule !mod_v6front.c>
            NoSuchDirective
        </IfModule>
    )");
    options.global = "V6FrontThreads 2\nV6FrontEngine on\n"
                     "V6FrontResolve refresh=10 max-stale=1h timeout=2s\n";
    const command_result said = configtest(options);
    INFO(said.output);
    CHECK(said.code == 0);
}
