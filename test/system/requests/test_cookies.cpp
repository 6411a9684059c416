// SPDX-License-Identifier: Apache-2.0
//
// A site's cookies: what a browser gets it keeps, and sends back where the site looks for it.
#include "catch.hpp"
#include "https_site.hpp"
#include "process.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

using all_values = std::vector<std::string>;

// app.lan, of which only this front knows where it is. Its resources are below /base/.
struct cookie_site {
    std::string fields;
    scripted_backend backend{[this](const received_request&) { return response("ok", fields); }};

    std::string host() const { return "app.lan:" + std::to_string(backend.port()); }
    std::string routes() const
    {
        return "V6FrontBackendV4 app.lan 127.0.0.1\nV6FrontPass /shop/ http://" + host() +
               "/base/\n";
    }
    void say(const all_values& cookies)
    {
        fields.clear();
        for (const auto& cookie : cookies)
            fields += "Set-Cookie: " + cookie + "\r\n";
    }
};

} // namespace

TEST_CASE("Cookies of the site are for the front, and all else of them stays", "[cookies]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    cookie_site site;
    httpd_server front(options_for(w, site.routes() + "V6FrontCookieDomain sso.lan .site.test\n"
                                                      "V6FrontCookiePath /sso /login\n"));
    const std::string odd = "x=\"a b\"; Expires=Sat, 28 Nov 2026 01:02:03 GMT;;Priority = High;"
                            "SameSite=None; Partitioned;=; HttpOnly";
    const std::string folded = "a=1; Path=/base/, b=2; Domain=app.lan; Path=/base/";
    const std::string quoted = "a=\"1; Path=/base/\"; Path=/base/";
    struct row {
        all_values said, seen;
    };
    const std::vector<row> rows{
        {{"a=1"}, {"a=1"}},
        {{"a=1; Domain=app.lan; Path=/base/"}, {"a=1; Path=/shop/"}},
        {{"a=1; path=/base/x;domain=.APP.lan;Secure"}, {"a=1; path=/shop/x;Secure"}},
        {{"a=1; Path=/base/", "b=2; Path=/base", "c=3", "d=4; Domain=app.lan"},
         {"a=1; Path=/shop/", "b=2; Path=/shop/", "c=3", "d=4"}},
        {{"a=1; Domain=sso.lan; Path=/sso/in"}, {"a=1; Domain=.site.test; Path=/login/in"}},
        {{"a=1; Domain=site.test; Path=/"}, {"a=1; Domain=site.test; Path=/"}},
        {{"a=1; Domain=other.lan; Path=/basement"}, {"a=1; Domain=other.lan; Path=/basement"}},
        {{odd, folded, quoted}, {odd, folded, quoted}},
    };
    for (const row& r : rows) {
        INFO(r.said.front());
        site.say(r.said);
        CHECK(get(front, "/shop/").values("Set-Cookie") == r.seen);
    }
}

TEST_CASE("With V6FrontCookieSecure a client with TLS gets Secure cookies", "[cookies]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    cookie_site site;
    httpd_server front(options_for(w, site.routes() + "V6FrontPass /not/ http://" + site.host() +
                                          "/base/ cookiesecure=off\nV6FrontCookieSecure On\n"));
    site.say({"a=1; Path=/x", "b=2; secure"});
    const std::string more = w.tls ? "; Secure" : "";
    CHECK(get(front, "/shop/").values("Set-Cookie") ==
          all_values{"a=1; Path=/x" + more, "b=2; secure"});
    CHECK(get(front, "/not/").values("Set-Cookie") == all_values{"a=1; Path=/x", "b=2; secure"});
}

TEST_CASE("A site that has TLS itself makes its cookies Secure itself, or not", "[cookies]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const https_site site(
        [](const received_request&) { return response("ok", "Set-Cookie: a=1\r\n"); });
    const httpd_server front(options_for(w, site.directives() + "V6FrontCookieSecure On\n"));
    CHECK(get(front, "/").values("Set-Cookie") == all_values{"a=1"});
}

TEST_CASE("Redirects and cookies where the client's host is an address with a port", "[cookies]")
{
    const way w = GENERATE(from_range(every_way()));
    const std::string host = GENERATE("[::1]:8080", "[::1]", "site.test:8443", "192.0.2.1:81");
    INFO(w << ", " << host);
    cookie_site site;
    httpd_server front(options_for(w, site.routes()));
    const std::string front_url = std::string(w.tls ? "https" : "http") + "://" + host;
    // As the site's own name, and as the client's Host, which the site sees.
    for (const auto& base : {"http://" + site.host(), "http://" + host}) {
        INFO(base);
        site.fields = "Location: " + base + "/base/x\r\nContent-Location: " + base +
                      "/base/y\r\nRefresh: 1; url=" + base +
                      "/base/z\r\nSet-Cookie: a=1; Domain=app.lan; Path=/base/\r\n";
        const http_message answer = ask(front, {.target = "/shop/", .host = host});
        CHECK(answer.value("Location") == front_url + "/shop/x");
        CHECK(answer.value("Content-Location") == front_url + "/shop/y");
        CHECK(answer.value("Refresh") == "1; url=" + front_url + "/shop/z");
        CHECK(answer.values("Set-Cookie") == all_values{"a=1; Path=/shop/"});
    }
}

// RFC 9112 3.2.2: the target counts, and not Host.
TEST_CASE("Redirects and cookies where the client names its host in the target", "[cookies]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    cookie_site site;
    site.fields = "Location: http://site.test/base/x\r\n"
                  "Set-Cookie: a=1; Domain=lan; Path=/base/\r\n"
                  "Set-Cookie: b=1; Domain=site.test\r\n";
    httpd_server front(options_for(w, site.routes()));
    const std::string scheme = w.tls ? "https" : "http";
    const http_message answer =
        ask(front, {.target = scheme + "://site.test/shop/", .host = "other.app.lan"});
    CHECK(answer.value("Location") == scheme + "://site.test/shop/x");
    CHECK(answer.values("Set-Cookie") ==
          all_values{"a=1; Domain=lan; Path=/shop/", "b=1; Domain=site.test"});
}

TEST_CASE("Nothing of cookies and redirects changes where site and front are alike", "[cookies]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    cookie_site site;
    site.fields = "Location: /x//y?z#q\r\nRefresh: 5\r\n"
                  "Set-Cookie: a=1; Domain=site.test; Path=/\r\n"
                  "Set-Cookie: b=\"1\";path=/x ;DOMAIN=.site.test\r\n";
    httpd_server front(options_for(
        w, "V6FrontPass / http://site.test:" + std::to_string(site.backend.port()) + "/"));
    const http_message answer = get(front, "/");
    CHECK(answer.value("Location") == "/x//y?z#q");
    CHECK(answer.value("Refresh") == "5");
    CHECK(answer.values("Set-Cookie") ==
          all_values{"a=1; Domain=site.test; Path=/", "b=\"1\";path=/x ;DOMAIN=.site.test"});
}

TEST_CASE("A cookie that comes with a 101 is mapped as others", "[cookies][upgrade]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(scripted_backend::steps{
        script::read_request(),
        script::send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                     "Upgrade: websocket\r\nSec-WebSocket-Accept: x\r\n"
                     "Set-Cookie: a=1; Domain=127.0.0.1; Path=/base/\r\n\r\n"),
        script::close()});
    httpd_server front(options_for(w, "V6FrontPass /shop/ " + site.url() + "base/"));
    raw_client client(front.port(), client_for(front));
    client.send(request_text({"/shop/",
                              "GET",
                              {{"Connection", "Upgrade"},
                               {"Upgrade", "websocket"},
                               {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                               {"Sec-WebSocket-Version", "13"}}}));
    const std::string got = client.read_until_close();
    CHECK_THAT(got, ContainsSubstring("HTTP/1.1 101 "));
    CHECK_THAT(got, ContainsSubstring("\r\nSet-Cookie: a=1; Path=/shop/\r\n"));
}

// A real cookie jar decides.
TEST_CASE("curl logs in to a site whose cookies name its own domain and path", "[cookies]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    std::string host; // of the site
    scripted_backend site([&host](const received_request& r) {
        if (r.message.target() == "/base/login") {
            return response("",
                            "Set-Cookie: session=1; Domain=app.lan; Path=/base/; HttpOnly\r\n"
                            "Set-Cookie: seen=2; Path=/base\r\n"
                            "Location: http://" +
                                host + "/base/home\r\n",
                            "302 Found");
        }
        const std::string cookies = r.message.value("Cookie");
        const bool is_known = cookies.find("session=1") != std::string::npos &&
                              cookies.find("seen=2") != std::string::npos;
        return is_known ? response("welcome") : response("who?", "", "403 Forbidden");
    });
    host = "app.lan:" + std::to_string(site.port());
    httpd_server front(options_for(w, "V6FrontBackendV4 app.lan 127.0.0.1\n"
                                      "V6FrontPass /shop/ http://" +
                                          host + "/base/\n"));
    const scratch_folder folder;
    const std::string url = std::string(w.tls ? "https://" : "http://") + front.authority();
    const std::string curl =
        "curl -m 20 -k -s -L" + std::string(w.http2 ? " --http2" : " --http1.1") +
        " --noproxy '*' --resolve site.test:" + std::to_string(front.port()) + ":::1 -c " +
        folder.path() + "/jar -b " + folder.path() + "/jar " + url;
    CHECK(run_command({"sh", "-c", curl + "/shop/home"}).output == "who?");
    CHECK(run_command({"sh", "-c", curl + "/shop/login"}).output == "welcome");
    CHECK(run_command({"sh", "-c", curl + "/shop/home"}).output == "welcome");
    // The client's host alone has it.
    const std::string jar = read_file(folder.path() + "/jar");
    CHECK_THAT(jar, ContainsSubstring("#HttpOnly_site.test\tFALSE\t/shop/\tFALSE\t0\tsession\t1"));
}

TEST_CASE("What V6FrontCookieDomain and -Path cannot use stops the start", "[cookies]")
{
    struct row {
        const char* directives;
        const char* told;
    };
    for (const row& r : std::vector<row>{
             {"V6FrontCookieDomain http://app.lan/ site.test",
              "V6FrontCookieDomain: \"http://app.lan/\" must be a domain as a cookie has it"},
             {"V6FrontCookieDomain app.lan [::1]:8080",
              "V6FrontCookieDomain: \"[::1]:8080\" must be a domain as a cookie has it"},
             {"V6FrontCookieDomain app.lan", "V6FrontCookieDomain takes two arguments"},
             {"V6FrontCookieDomain app.lan a.test\nV6FrontCookieDomain .APP.lan b.test",
              "V6FrontCookieDomain: is given twice for \"APP.lan\", first at "},
             {"V6FrontCookiePath base /", "V6FrontCookiePath: \"base\" must be a path that begins"},
             {"V6FrontCookiePath / \"/a; Secure\"",
              "V6FrontCookiePath: \"/a; Secure\" must be a path that begins"},
             {"V6FrontCookieSecure yes",
              "V6FrontCookieSecure: must be \"on\" or \"off\", not \"yes\""},
         }) {
        INFO(r.directives);
        const auto result = configtest(options_for(every_way().front(), r.directives));
        CHECK(result.code != 0);
        CHECK_THAT(result.output, ContainsSubstring(r.told));
        CHECK_THAT(result.output, ContainsSubstring("line "));
    }
}
