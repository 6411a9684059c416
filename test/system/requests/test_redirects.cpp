// SPDX-License-Identifier: Apache-2.0
//
// What a site says about its own URLs is true for the client as well.
#include "catch.hpp"
#include "https_site.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

// Answers with the fields that the query asks for, decoded from nothing: "%" stands for itself.
struct redirecting_site {
    std::string fields;
    scripted_backend backend{
        [this](const received_request&) { return response("", fields, "302 Found"); }};
};

} // namespace

TEST_CASE("Redirects to the site's own address lead back to the front")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    redirecting_site site;
    const std::string inner = "http://" + site.backend.authority();
    const std::string outer = std::string(w.tls ? "https" : "http") + "://site.test";
    httpd_server front(options_for(w, "V6FrontPass /shop/ " + inner + "/base/\nV6FrontPass / " +
                                          inner +
                                          "/\n"
                                          "V6FrontPassReverse /else/ http://other.test/x/"));
    struct row {
        const char* field;
        std::string said, seen;
    };
    const std::vector<row> rows{
        {"Location", inner + "/base/a?b=c", outer + "/shop/a?b=c"},
        {"Location", inner + "/base/", outer + "/shop/"},
        {"Location", "http://other.test/x/page", outer + "/else/page"},
        {"Location", "http://elsewhere.test/base/", "http://elsewhere.test/base/"},
        {"Location", "relative/page", "relative/page"},
        {"Content-Location", inner + "/base/doc", outer + "/shop/doc"},
        {"URI", inner + "/base/doc", outer + "/shop/doc"},
        {"Destination", inner + "/base/doc", outer + "/shop/doc"},
        {"Refresh", "5; url=" + inner + "/base/next", "5; url=" + outer + "/shop/next"},
        {"Refresh", "5; " + inner + "/base/next", "5; " + outer + "/shop/next"},
        // The other rule's.
        {"Location", inner + "/page", outer + "/page"},
        // The site's own, whatever it is at others.
        {"Location", "/x/page", "/x/page"},
    };
    for (const row& r : rows) {
        INFO(r.field << ": " << r.said);
        site.fields = std::string(r.field) + ": " + r.said + "\r\n";
        const http_message answer = get(front, "/shop/");
        CHECK(answer.status() == 302);
        CHECK(answer.value(r.field) == r.seen);
    }
}

TEST_CASE("A site that sees the client's Host redirects to it, in the client's own scheme")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    redirecting_site site;
    httpd_server front(options_for(w, "V6FrontPass /graf/ " + site.backend.url()));
    const std::string outer = std::string(w.tls ? "https" : "http") + "://site.test";
    const auto own_port = site.backend.authority().substr(site.backend.authority().rfind(':'));
    const std::pair<std::string, std::string> rows[]{
        {"http://site.test/login", outer + "/graf/login"},
        {"http://site.test" + own_port + "/login", outer + "/graf/login"},
        {"/login", "/graf/login"},
        // It knows its path on the front.
        {"/graf/login", "/graf/login"},
        {"http://site.test/graf/login", outer + "/graf/login"},
    };
    for (const auto& [said, seen] : rows) {
        INFO(said);
        site.fields = "Location: " + said + "\r\nSet-Cookie: a=b; Path=/graf/x\r\n";
        const http_message answer = get(front, "/graf/");
        CHECK(answer.value("Location") == seen);
        CHECK(answer.value("Set-Cookie") == "a=b; Path=/graf/x");
    }
}

TEST_CASE("Behind a server that does TLS, ServerName says so", "[redirects]")
{
    const way w = GENERATE(from_range(http1_ways()));
    if (w.tls)
        return; // that is the client's own
    INFO(w);
    redirecting_site site;
    const std::string inner = "http://" + site.backend.authority();
    site.fields = "Location: " + inner + "/base/login\r\nSet-Cookie: a=b\r\n";
    httpd_server front(options_for(w, "ServerName https://site.test\nV6FrontCookieSecure On\n"
                                      "V6FrontPass /shop/ " +
                                          inner + "/base/"));
    const http_message answer = get(front, "/shop/");
    CHECK(answer.value("Location") == "https://site.test/shop/login");
    CHECK(answer.value("Set-Cookie") == "a=b; Secure");
}

TEST_CASE("V6FrontPassReverse in a Location is for its path, and comes first", "[redirects]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    redirecting_site site;
    const std::string pass = "V6FrontPass " + site.backend.url() + "\n";
    const httpd_server front(options_for(
        w, "V6FrontPassReverse /host/ http://other.test/x/\n<Location /own/>\n" + pass +
               "V6FrontPassReverse http://other.test/x/\n</Location>\n<Location /none/>\n" + pass +
               "</Location>\n"));
    site.fields = "Location: http://other.test/x/page?a=b\r\n";
    CHECK(get(front, "/own/").value("Location") == "http://site.test/own/page?a=b");
    CHECK(get(front, "/none/").value("Location") == "http://site.test/host/page?a=b");
}

TEST_CASE("What a site over TLS says of its own URLs and paths is mapped as well", "[redirects]")
{
    const way w = GENERATE(from_range(short_list()));
    const std::string name = GENERATE("site.test", "four.test"); // the client's Host, and not
    CAPTURE(w, name);
    std::string fields;
    const https_site site([&fields](const received_request&) { return response("", fields); }, {},
                          {{name}});
    const auto inner = site.relay.url(name) + "base/";
    const httpd_server front(
        options_for(w, "V6FrontPass /shop/ " + inner + "\nV6FrontTLS ca=" + site.ca.file() + "\n"));
    fields = "Location: " + inner + "x\r\nSet-Cookie: a=1; Path=/base/; Secure\r\n";
    const auto answer = get(front, "/shop/");
    CHECK(answer.value("Location") == "http://site.test/shop/x");
    CHECK(answer.value("Set-Cookie") == "a=1; Path=/shop/; Secure");
}
