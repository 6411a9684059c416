// SPDX-License-Identifier: Apache-2.0
//
// Who answers where directives of several modules are about one path: what the manual says of it
// (guides/order-of-rules.md).
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "text_lines.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

struct order {
    const char* rules; // beside "V6FrontPass / (the site)", or in its place
    const char* target;
    int status;
    const char* body = ""; // or the beginning of it
};

const char* const challenges = "RewriteEngine On\n"
                               "RewriteCond @files@%{REQUEST_URI} -f\n"
                               "RewriteRule ^/\\.well-known/acme-challenge/ "
                               "@files@%{REQUEST_URI} [END]";

const order orders[]{
    {"Alias /static.txt @files@/static.txt", "/static.txt", 200, "site /static.txt"},
    {"Alias /static.txt @files@/static.txt\nV6FrontPass /static.txt !", "/static.txt", 200,
     "from a file"},
    {"Redirect /old http://www.example.org/", "/old", 200, "site /old"},
    {"RedirectMatch ^/old http://www.example.org/", "/old", 200, "site /old"},
    {"Redirect /old http://www.example.org/\nV6FrontPass /old !", "/old", 302},
    {"<Location /old>\nRedirect http://www.example.org/\n</Location>", "/old", 302},
    {"RewriteEngine On\nRewriteRule ^/old$ http://www.example.org/ [R]", "/old", 302},
    {"RewriteEngine On\nRewriteRule ^/old$ /new [PT]", "/old", 200, "site /new"},
    {"RewriteEngine On\nRewriteRule ^/old$ /new", "/old", 404},
    {"RewriteEngine On\nRewriteRule ^/old$ - [F]", "/old", 403},
    {"ProxyPass /other http://127.0.0.1:@port@/proxied", "/other", 200, "site /proxied"},
    {"RewriteEngine On\nRewriteRule ^/other http://www.example.org/ [R]\n"
     "ProxyPass /other http://127.0.0.1:@port@/proxied",
     "/other", 302},
    {"<Location /status>\nSetHandler server-status\n</Location>", "/status?auto", 200, "front"},
    {"<Location /admin>\nRequire all denied\n</Location>", "/admin/x", 403},
    {"V6FrontPassMatch ^/a/ http://127.0.0.1:@port@/matched\n"
     "V6FrontPass /a/b/ http://127.0.0.1:@port@/longer/",
     "/a/b/c", 200, "site /matched"},
    {"V6FrontPassMatch ^/a/ http://127.0.0.1:@port@/matched\n"
     "<Location /a/>\nV6FrontPass http://127.0.0.1:@port@/own/\n</Location>",
     "/a/b", 200, "site /own/b"},
    {"V6FrontPass /a/ http://127.0.0.1:@port@/one/\nV6FrontPass /a/b/ "
     "http://127.0.0.1:@port@/two/",
     "/a/b/c", 200, "site /two/c"},
    // Tokens that are here, and those that are the site's.
    {challenges, "/.well-known/acme-challenge/here", 200, "token"},
    {challenges, "/.well-known/acme-challenge/there", 200,
     "site /.well-known/acme-challenge/there"},
};

} // namespace

TEST_CASE("Who answers, where several modules have a rule for one path", "[manual]")
{
    scripted_backend site(
        [](const received_request& r) { return response("site " + r.message.target()); });
    const scratch_folder files;
    write_file(files.path() + "/static.txt", "from a file");
    run_command({"mkdir", "-p", files.path() + "/.well-known/acme-challenge"});
    write_file(files.path() + "/.well-known/acme-challenge/here", "token");
    for (const order& o : orders) {
        INFO(o.rules);
        auto options = options_for(every_way().front(), "");
        options.modules = {"alias", "rewrite", "proxy", "proxy_http", "status"};
        options.global = "<Directory " + files.path() + ">\nRequire all granted\n</Directory>";
        options.site = "V6FrontPass / " + site.url() + "\n" +
                       replaced(replaced(o.rules, "@files@", files.path()), "@port@",
                                std::to_string(site.port()));
        const httpd_server front(options);
        const auto answer = get(front, o.target);
        CHECK(answer.status() == o.status);
        if (std::string(o.body) == "front")
            CHECK(answer.body.find("site ") != 0);
        else if (*o.body)
            CHECK(answer.body == o.body);
    }
}

TEST_CASE("mod_md answers challenges for its names before any rule, and leaves those by DNS alone",
          "[manual]")
{
    scripted_backend site(
        [](const received_request& r) { return response("site " + r.message.target()); });
    const bool by_dns = GENERATE(false, true);
    auto options = options_for(every_way().front(), "V6FrontPass / " + site.url());
    options.modules = {"socache_shmcb", "ssl", "md"};
    options.global =
        "MDomain site.test\nMDCertificateAgreement accepted\n"
        "MDContactEmail admin@example.org\nMDCertificateAuthority http://127.0.0.1:9/\n" +
        std::string(by_dns ? "MDCAChallenges dns-01" : "");
    const httpd_server front(options);
    const std::string path = "/.well-known/acme-challenge/of-the-site";
    if (by_dns)
        CHECK(get(front, path).body == "site " + path);
    else
        CHECK(get(front, path).status() == 404);
    const std::string of_site = front.places().folder + "/md/challenges/site.test";
    run_command({"mkdir", "-p", of_site});
    write_file(of_site + "/acme-http-01.txt", "of-the-front");
    run_command({"chmod", "-R", "a+rX", front.places().folder + "/md/challenges"});
    CHECK(get(front, path).body == (by_dns ? "site " + path : "of-the-front"));
    CHECK(get(front, "/page").body == "site /page");
}
