// SPDX-License-Identifier: Apache-2.0
//
// Redirects and cookies of a site behind V6FrontPassMatch: mapped by themselves where expression
// and URL show what they do to paths, and otherwise only by V6FrontPassReverse.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

TEST_CASE("Behind an expression redirects and cookies lead back where it is certain", "[redirects]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    struct row {
        std::string rule; // U is the site
        std::string asked, said, seen;
        std::string path, seen_path;
    };
    const std::string outer = std::string(w.tls ? "https" : "http") + "://site.test";
    const row rows[]{
        {"^/shop/(.*)$ U/base/$1", "/shop/a", "U/base/b?c", outer + "/shop/b?c", "/base/",
         "/shop/"},
        {"^/shop/(.*)$ U/base/$1", "/shop/a", "/base/b", "/shop/b", "/base/x", "/shop/x"},
        {"^/shop/(.*)$ U/base/$1", "/shop/a", "U/other", "U/other", "/other", "/other"},
        {"^/shop(/.*)$ U/base$1", "/shop/a", "U/base/b", outer + "/shop/b", "/base", "/shop"},
        {"^/(.*)$ U/$1", "/a", "U/b", outer + "/b", "/b", "/b"},
        {"^/(.*\\.php)$ U/app/$1", "/a.php", "U/app/", outer + "/", "/app/", "/"},
        {"^/m/([a-z]+)/(.*)$ U/n/$1/$2", "/m/a/b", "U/n/x/y", outer + "/m/x/y", "/n/x", "/m/x"},
        // What is not certain stays as the site has said it.
        {"^/i/(.*)\\.png$ U/base/$1.jpg", "/i/a.png", "U/base/b.jpg", "U/base/b.jpg", "/base/",
         "/base/"},
        {"^/([a-z]+)/(.*)$ U/$2/of/$1", "/user/x", "U/y/of/user", "U/y/of/user", "/y", "/y"},
        // Unless the operator says it.
        {"^/i/(.*)\\.png$ U/base/$1.jpg\nV6FrontPassReverse /i/ U/base/", "/i/a.png",
         "U/base/b.jpg", outer + "/i/b.jpg", "/base/", "/i/"},
    };
    std::string said, path;
    scripted_backend site([&](const received_request&) {
        return response("", "Location: " + said + "\r\nSet-Cookie: a=b; Path=" + path + "\r\n",
                        "302 Found");
    });
    const auto with_site = [&](std::string text) {
        for (auto at = text.find("U/"); at != text.npos; at = text.find("U/", at))
            text.replace(at, 1, "http://" + site.authority());
        return text;
    };
    for (const row& r : rows) {
        CAPTURE(r.rule, r.said);
        said = with_site(r.said);
        path = r.path;
        const httpd_server front(options_for(w, "V6FrontPassMatch " + with_site(r.rule) + "\n"));
        const auto answer = get(front, r.asked);
        CHECK(answer.status() == 302);
        CHECK(answer.value("Location") == with_site(r.seen));
        CHECK(answer.value("Set-Cookie") == "a=b; Path=" + r.seen_path);
    }
}
