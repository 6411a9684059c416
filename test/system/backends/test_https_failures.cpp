// SPDX-License-Identifier: Apache-2.0
//
// https:// routes: what the client gets and what the log says when TLS with the site fails.
#include "addresses.hpp"
#include "catch.hpp"
#include "deadline.hpp"
#include "https_site.hpp"
#include "user_agent.hpp"

#include <functional>
#include <thread>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

std::string ok(const received_request&)
{
    return response("ok");
}

struct failure_row {
    const char* what;
    relay_options how;
    certificate_wish certificate;
    std::string tls;   // V6FrontTLS; "" is ca= with the right one, "none" nothing
    std::string words; // in the log; empty: it works
    std::string url_name = "site.test";
    std::string advice{}; // at the end of those words
};

// What a certificate may be like, and what a server.
std::vector<failure_row> failures()
{
    std::vector<failure_row> all;
    const auto add = [&all](const char* what) -> failure_row& {
        all.push_back({what, {}, {}, {}, {}});
        return all.back();
    };
    add("good");
    auto* r = &add("by its wildcard");
    r->certificate.names = {"*.site.test"};
    r->tls = "name=www.site.test ca=";
    r = &add("a wildcard is for one label");
    r->certificate.names = {"*.site.test"};
    r->words = "it is for \"*.site.test\", not for \"site.test\"";
    r = &add("by its address");
    r->certificate.names = {"127.0.0.1"};
    r->url_name = "127.0.0.1";
    r = &add("an address that is not in it");
    r->url_name = "127.0.0.1";
    r->words = "it is for \"site.test\", not for \"127.0.0.1\"";
    r = &add("expired");
    r->certificate.begins = -86400;
    r->certificate.ends = -3600;
    r->words = "it expired on 20";
    r->advice = " UTC: renew it at the site";
    r = &add("not yet valid");
    r->certificate.begins = 3600;
    r->words = "it is not valid before 20";
    r->advice = " UTC: check the clocks of the site and of this server";
    r = &add("another name");
    r->certificate.names = {"a.example", "b.example"};
    r->words = "it is for \"a.example\", \"b.example\", not for \"site.test\"";
    r->advice = ": use a name of the certificate in the URL, with V6FrontBackendV4 if needed, or "
                "V6FrontTLS name=";
    r = &add("another name that name= allows");
    r->certificate.names = {"a.example"};
    r->tls = "name=a.example ca=";
    r = &add("self-signed");
    r->certificate.self_signed = true;
    r->words = "it is self-signed, for \"site.test\": V6FrontTLS ca=";
    r = &add("self-signed, without verification");
    r->certificate.self_signed = true;
    r->tls = "verify=off";
    r = &add("expired, without verification");
    r->certificate.ends = -60;
    r->tls = "verify=off";
    r = &add("of an unknown CA");
    r->tls = "none";
    r->words = "its issuer \"/CN=CA of this test\" is not a known CA: V6FrontTLS ca=";
    r = &add("of an unknown CA, which it sends, too");
    r->certificate.with_ca = true;
    r->tls = "none";
    r->words = "its CA \"/CN=CA of this test\" is not a known CA: V6FrontTLS ca=";
    r = &add("a weak key");
    r->certificate.rsa_bits = 1024;
    r->how.weak = true;
    r->words = "it was refused: EE certificate key too weak";
    r->advice = ": renew the site's keys, or V6FrontTLS protocol=1.0, which accepts weak ones";
    r = &add("a weak key, and allowed");
    r->certificate.rsa_bits = 1024;
    r->how.weak = true;
    r->tls = "protocol=1.0 ca=";
    r = &add("TLS 1.2 alone");
    r->how.most = "1.2";
    r = &add("TLS 1.2 where 1.3 is wanted");
    r->how.most = "1.2";
    r->tls = "protocol=1.3 ca=";
    r->words = "TLS 1.3 or later";
    for (const char* version : {"1.0", "1.1"}) {
        r = &add("too old");
        r->how.least = r->how.most = version;
        r->how.weak = true;
        r->words = "or later): update the site, or V6FrontTLS protocol=1.0";
        r = &add("old, and allowed");
        r->how.least = r->how.most = version;
        r->how.weak = true;
        r->tls = "protocol=1.0 ca=";
    }
    r = &add("closed in the handshake");
    r->how.hangs_up = "handshake";
    r->words = "it closed the connection: does it speak TLS on this port";
    return all;
}

std::string directives(const failure_row& r, const https_site& site)
{
    auto tls = r.tls.empty() ? "ca=" : r.tls;
    if (tls.ends_with("ca="))
        tls += site.ca.file();
    return "V6FrontPass / " + site.relay.url(r.url_name) + "\n" +
           (tls == "none" ? "" : "V6FrontTLS " + tls + "\n");
}

void check(const failure_row& r, const httpd_server& front)
{
    const auto got = get(front, "/");
    CHECK(got.status() == (r.words.empty() ? 200 : 502));
    const auto lines = front.complaints(r.words.empty() ? 0 : 1);
    REQUIRE(lines.size() == (r.words.empty() ? 0 : 1));
    if (r.words.empty())
        return;
    INFO(lines.front());
    CHECK(lines.front().find("TLS handshake: ") != std::string::npos);
    CHECK(lines.front().find(r.words) != std::string::npos);
    CHECK(lines.front().find(r.advice) != std::string::npos);
    CHECK(lines.front().find("the client gets 502") != std::string::npos);
}

} // namespace

TEST_CASE("What the site's certificate and its TLS must be like", "[https_failures]")
{
    for (const auto& r : failures()) {
        CAPTURE(r.what, r.how.most);
        https_site site(ok, r.how, r.certificate);
        const httpd_server front(options_for(short_list().front(), directives(r, site)));
        check(r, front);
    }
}

TEST_CASE("An expired certificate is refused in every way", "[https_failures]")
{
    const way w = GENERATE(from_range(every_way()));
    CAPTURE(w);
    certificate_wish old;
    old.ends = -60;
    https_site site(ok, {}, old);
    const httpd_server front(options_for(w, site.directives()));
    check({"expired", {}, {}, {}, "it expired on 20"}, front);
    CHECK(site.backend.hits() == 0);
}

TEST_CASE("The CAs of the system are the default", "[https_failures]")
{
    https_site site(ok);
    auto options = options_for(short_list().front(), "V6FrontPass / " + site.relay.url() + "\n");
    options.environment = {"SSL_CERT_FILE=" + site.ca.file()};
    const httpd_server front(options);
    CHECK(get(front, "/").status() == 200);
}

TEST_CASE("Which V6FrontTLS is for a backend", "[https_failures]")
{
    https_site site(ok);
    const certificate_authority other;
    const auto right = "ca=" + site.ca.file(), wrong = "ca=" + other.file();
    struct row {
        std::string outer;
        std::string inner;
        int status;
    };
    const row rows[]{
        {right, "", 200},
        {right, wrong, 502},
        {wrong, right, 200},
        {wrong, "site.test " + right, 200},
        {right, "four.test " + wrong, 200},
        {"site.test " + right, wrong, 502}, // the virtual host's own word counts more
        {"site.test " + right + "\nV6FrontTLS " + wrong, "", 200},
        {wrong, wrong + "\nV6FrontTLS site.test " + right, 200},
    };
    for (const auto& r : rows) {
        CAPTURE(r.outer, r.inner);
        auto options = options_for(short_list().front(),
                                   "V6FrontPass / " + site.relay.url() + "\n" +
                                       (r.inner.empty() ? "" : "V6FrontTLS " + r.inner + "\n"));
        options.global = "V6FrontTLS " + r.outer + "\n";
        const httpd_server front(options);
        CHECK(get(front, "/").status() == r.status);
    }
}

TEST_CASE("A certificate given as ca= is trusted itself", "[https_failures]")
{
    // Of the site, whether it has signed itself or another CA has.
    const bool self_signed = GENERATE(true, false);
    CAPTURE(self_signed);
    certificate_authority ca;
    certificate_wish wish;
    wish.self_signed = self_signed;
    relay_options how;
    how.certificate = ca.issue(wish);
    https_site site(ok, how);
    const httpd_server front(options_for(short_list().front(),
                                         site.directives({}, "ca=" + how.certificate.certificate)));
    CHECK(get(front, "/").status() == 200);
}

TEST_CASE("A certificate that expires while the server runs", "[https_failures]")
{
    const way w = GENERATE(from_range(short_list()));
    CAPTURE(w);
    certificate_wish soon;
    soon.ends = 4;
    https_site site(ok, {}, soon);
    const httpd_server front(options_for(w, site.directives("reuse=off")));
    REQUIRE(get(front, "/").status() == 200);
    // Not even by a session of the time when it was valid.
    REQUIRE(eventually([&] { return get(front, "/").status() == 502; }));
    CHECK(front.complaints(1).front().find("it expired on 20") != std::string::npos);
    site.relay.use(site.ca.issue());
    CHECK(get(front, "/").status() == 200);
}

TEST_CASE("A client certificate is shown to a site that asks for one", "[https_failures]")
{
    const auto version = GENERATE("1.2", "1.3");
    CAPTURE(version);
    certificate_authority clients;
    relay_options how;
    how.most = version;
    how.client_ca = clients.file();
    https_site site(ok, how);
    SECTION("and there is one")
    {
        const auto own = clients.issue({{"front.test"}});
        const httpd_server front(options_for(
            short_list().front(), site.directives({}, "ca=" + site.ca.file() + " cert=" +
                                                          own.certificate + " key=" + own.key)));
        CHECK(get(front, "/").status() == 200);
        CHECK(site.relay.seen().front().certified);
    }
    SECTION("and there is none")
    {
        const httpd_server front(options_for(short_list().front(), site.directives()));
        CHECK(get(front, "/").status() == 502);
        const auto line = front.complaints(1).front();
        INFO(line);
        CHECK(line.find("client certificate") != std::string::npos);
        CHECK(line.find("cert=") != std::string::npos);
    }
}

TEST_CASE("A site that does not speak TLS", "[https_failures]")
{
    certificate_authority ca;
    SECTION("but HTTP")
    {
        const scripted_backend site({script::send("HTTP/1.1 400 Bad Request\r\n\r\n")});
        const httpd_server front(
            options_for(short_list().front(), "V6FrontPass / https://" + site.authority() + "/"));
        CHECK(get(front, "/").status() == 502);
        CHECK(front.complaints(1).front().find(
                  "it does not speak TLS on this port: http:// in the URL") != std::string::npos);
    }
    SECTION("and says nothing")
    {
        const scripted_backend site({script::read_end()});
        const httpd_server front(options_for(
            short_list().front(), "V6FrontPass / https://" + site.authority() + "/ connect=500ms"));
        CHECK(get(front, "/").status() == 504);
        CHECK(front.complaints(1).front().find(
                  "the backend did not complete the TLS handshake in time") != std::string::npos);
    }
}

TEST_CASE("Health checks use TLS", "[https_failures]")
{
    certificate_wish old;
    const bool well = GENERATE(true, false);
    CAPTURE(well);
    if (!well)
        old.ends = -60;
    https_site site(ok, {}, old);
    const httpd_server front(options_for(
        short_list().front(), site.directives() + "V6FrontCheck interval=100ms uri=/health\n"));
    if (well) {
        REQUIRE(site.backend.wait_for_hits(2));
        CHECK(site.backend.request(0).message.target() == "/health");
        return;
    }
    const auto where = "127.0.0.1:" + std::to_string(site.relay.port());
    CHECK(lines_about(front, "V6F0112", where, 1) == 1);
    CHECK(front.error_log().find("it expired on 20") != std::string::npos);
}

TEST_CASE("A front that leads to itself over TLS", "[https_failures]")
{
    auto options = options_for(adopted_ways().back(), "");
    REQUIRE(options.tls);
    options.listen_ipv4 = true;
    options.port = free_port();
    SECTION("by its address")
    {
        options.site = "V6FrontPass / https://127.0.0.1:8080/"; // where configtest says it listens
        const auto got = configtest(options);
        CHECK(got.code != 0);
        CHECK(got.output.find("V6F0204") != std::string::npos);
    }
    SECTION("by its name")
    {
        options.site = "V6FrontPass / https://site.test:" + std::to_string(options.port) +
                       "/\nV6FrontTLS verify=off";
        const httpd_server front(options);
        CHECK(get(front, "/").status() == 508);
    }
    SECTION("by a way that it does not see")
    {
        options.site = "V6FrontPass / https://127.0.0.1:" + std::to_string(options.port) +
                       "/ self=on\nV6FrontTLS verify=off";
        const httpd_server front(options);
        CHECK(get(front, "/").status() == 508);
    }
}
