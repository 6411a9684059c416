// SPDX-License-Identifier: Apache-2.0
//
// A site that redirects to https what has come by https: it is named, and what it is told to write
// ends that.
#include "catch.hpp"
#include "plain_server.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"
#include "watching.hpp"
#include "ways.hpp"

using namespace v6front;

TEST_CASE(
    "What ends the redirects of an Apache that is asked by http: the condition that V6F0116 has")
{
    auto w = every_way().front();
    w.tls = true;
    const std::string redirect = "RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]\n";
    const std::string usual = "RewriteEngine On\nRewriteCond %{HTTPS} !=on\n";
    const std::string condition = "RewriteCond %{HTTP:X-Forwarded-Proto} !=https";
    const std::pair<std::string, int> rows[] = {
        {usual + redirect, 301},
        {"SetEnvIf X-Forwarded-Proto https HTTPS=on\n" + usual + redirect, 301}, // for PHP alone
        {usual + condition + "\n" + redirect, 200}};
    for (const auto& [site_has, status] : rows) {
        INFO(site_has);
        const plain_server site(plain_server::kind::httpd, site_has);
        httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
        CHECK(get(front, "/page").status() == status);
        if (status != 301)
            continue;
        for (int i = 0; i < 50; ++i)
            get(front, "/page");
        CHECK(eventually([&] { return front.error_log().find(condition) != std::string::npos; }));
    }
}

TEST_CASE("A site that redirects https to https for ever is named once")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const std::string scheme = w.tls ? "https" : "http";
    scripted_backend site([&scheme](const received_request& r) {
        if (r.message.target() == "/page")
            return response("a page");
        return response("",
                        "Location: " + scheme + "://" + r.message.value("Host") +
                            r.message.target() + "\r\n",
                        "302 Found");
    });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    const auto named = [&front] {
        std::size_t lines = 0;
        const auto log = front.error_log();
        for (auto at = log.find("V6F0116"); at != log.npos; at = log.find("V6F0116", at + 1))
            ++lines;
        return lines;
    };
    user_agent browser(front); // on one connection, so that prefork has it in one process
    const auto ask_often = [&browser](int times, const std::string& target) {
        for (int i = 0; i < times; ++i) {
            browser.send({target});
            browser.read_response();
        }
    };
    ask_often(9, "/");
    ask_often(1, "/page"); // a site that answers something else in between is not in a circle
    ask_often(9, "/");
    CHECK(named() == 0);
    ask_often(30, "/");
    CHECK(eventually([&] { return named() == 1; }));
    ask_often(1, "/page");
    ask_often(30, "/");
    CHECK(named() == 1);
}
