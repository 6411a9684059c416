// SPDX-License-Identifier: Apache-2.0
//
// What httpd's log says at the start about a configuration that works, but not well.
#include "catch.hpp"
#include "httpd_server.hpp"

#include <sstream>

using namespace v6front;

namespace
{

std::vector<std::string> lines_with(const std::string& log, const std::string& number)
{
    std::vector<std::string> found;
    std::istringstream in(log);
    for (std::string line; std::getline(in, line);) {
        if (line.find(number) != std::string::npos)
            found.push_back(line);
    }
    return found;
}

httpd_options front_with(std::string site)
{
    httpd_options options;
    options.modules = {"rewrite",       "auth_basic",    "authn_core",   "authn_file",
                       "authn_dbd",     "dbd",           "authz_user",   "authz_host",
                       "access_compat", "authn_socache", "socache_shmcb"};
    options.site = "V6FrontPass / http://four.test:9/\n" + std::move(site);
    return options;
}

} // namespace

TEST_CASE("A directive that would make an engine wait is named at the start")
{
    struct row {
        const char* site;
        const char* named; // nullptr: no warning
    };
    const auto r = GENERATE(values<row>({
        {"", nullptr},
        {"RewriteEngine On\nRewriteMap ask \"prg:/bin/cat\"",
         "\"RewriteMap ask \"prg:/bin/cat\"\""},
        {"<Location /a>\nAuthBasicProvider file dbd\n</Location>",
         "\"AuthBasicProvider file dbd\""},
        {"<Location /a>\nAuthBasicProvider file\n</Location>", nullptr},
        {"</VirtualHost>\n<VirtualHost *:8080>\nServerName b.test\nHostnameLookups On", nullptr},
        {"RewriteMap ask prg:/bin/cat\nV6FrontEngine Off", nullptr},
        {"<Location /a>\nAuthType Form\n</Location>", "\"AuthType Form\""},
        {"<Location /a>\nAuthType Basic\n</Location>", nullptr},
        {"HostnameLookups On", "\"HostnameLookups On\""},
        {"HostnameLookups Double", "\"HostnameLookups Double\""},
        {"HostnameLookups Off", nullptr},
        {"<Location /a>\nRequire host example.org\n</Location>", "\"Require host example.org\""},
        {"<Location /a>\n<RequireAll>\nRequire all granted\nRequire not host example.org\n"
         "</RequireAll>\n</Location>",
         "\"Require not host example.org\""},
        {"<Location /a>\nRequire forward-dns example.org\n</Location>",
         "\"Require forward-dns example.org\""},
        {"<Location /a>\nRequire ip 192.0.2.1\n</Location>", nullptr},
        {"<Location /a>\nRequire user host\n</Location>", nullptr},
        {"<Location /a>\nAllow from 192.0.2.1 example.org\n</Location>",
         "\"allow from 192.0.2.1 example.org\""},
        {"<Location /a>\nDeny from .example.org\n</Location>", "\"deny from .example.org\""},
        {"<Location /a>\nDeny from all\n</Location>", nullptr},
        {"<Location /a>\nAllow from 192.0.2.0/24 10.1 2001:db8::/32 env=x\n</Location>", nullptr},
        {"<Location /a>\nAuthBasicProvider socache file\n</Location>",
         "\"AuthBasicProvider socache file\""},
    }));
    CAPTURE(r.site);
    httpd_server front(front_with(r.site));
    const auto lines = lines_with(front.error_log(), "V6F0220");
    if (!r.named) {
        CHECK(lines.empty());
        return;
    }
    REQUIRE(lines.size() == 1);
    INFO(lines[0]);
    CHECK(lines[0].find(r.named) != std::string::npos);
    CHECK(lines[0].find(front.places().config + ":") != std::string::npos);
    CHECK(lines[0].find("V6FrontEngine Off") != std::string::npos);
}

TEST_CASE("A low limit of connections is raised where nobody has set it and the MPM has one")
{
    const auto model = GENERATE(mpm::event, mpm::worker);
    const unsigned set = GENERATE(0, 2);
    auto options = front_with("");
    options.model = model;
    options.connections_per_thread = set;
    httpd_server front(options);
    const auto lines = lines_with(front.error_log(), "V6F0307");
    CHECK(lines.size() == (model == mpm::event && set == 0 ? 1 : 0));
    for (const auto& line : lines)
        CHECK(line.find(std::to_string(options.threads * 201)) != std::string::npos);
    CHECK(lines_with(front.error_log(), "V6F0201").empty());
}

TEST_CASE("An httpd that is new enough for HTTP/2 is not called too old")
{
    auto options = front_with("");
    options.tls = options.http2 = true;
    httpd_server front(options);
    for (const auto& line : lines_with(front.error_log(), "V6F0231"))
        FAIL_CHECK(line);
}
