// SPDX-License-Identifier: Apache-2.0
//
// https:// routes to the servers that people have: httpd with mod_ssl, nginx, GnuTLS's, and
// OpenSSL's own, which can be as old as one likes.
#include "catch.hpp"
#include "certificates.hpp"
#include "deadline.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

#include <filesystem>
#include <set>
#include <sstream>

#include <sys/stat.h>

using namespace v6front;

namespace
{

std::size_t lines_in(const std::string& text)
{
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

bool answers(std::uint16_t port)
{
    return run_command({"openssl", "s_client", "-connect", "127.0.0.1:" + std::to_string(port),
                        "-cipher", "DEFAULT:@SECLEVEL=0", "-min_protocol", "TLSv1", "-brief"})
               .output.find("Protocol version") != std::string::npos;
}

std::string pass(std::uint16_t port, const std::string& keys, const std::string& tls)
{
    return "V6FrontPass / https://site.test:" + std::to_string(port) + "/ " + keys +
           "\nV6FrontTLS " + tls + "\n";
}

std::vector<std::string> s_server(std::uint16_t port, const certificate_files& own)
{
    return {"openssl", "s_server",      "-www", "-accept", "127.0.0.1:" + std::to_string(port),
            "-cert",   own.certificate, "-key", own.key};
}

// Connections are refused until the server listens.
http_message once_it_listens(const httpd_server& front)
{
    http_message got;
    await("the server to listen", [&] {
        got = get(front, "/");
        return got.status() == 200 || front.error_log().find("TLS handshake") != std::string::npos;
    });
    return got;
}

// httpd as a site with TLS: a file, and a log of what each request came with.
httpd_options httpd_site(const certificate_files& own, const std::string& more)
{
    httpd_options options;
    options.with_module = false;
    options.listen_ipv4 = true;
    options.modules = {"socache_shmcb", "ssl"};
    options.global =
        "LogFormat \"%{remote}p %{SSL_PROTOCOL}x %{SSL_SESSION_RESUMED}x "
        "%{SSL_TLS_SNI}x %{SSL_CLIENT_S_DN_CN}x\" tls\nSSLSessionCache shmcb:sessions\n";
    options.site = "SSLEngine On\nSSLCertificateFile " + own.certificate +
                   "\nSSLCertificateKeyFile " + own.key + "\nCustomLog tls.log tls\n" + more;
    return options;
}

} // namespace

TEST_CASE("httpd with mod_ssl as a site over TLS", "[https_servers]")
{
    const way w = GENERATE(from_range(every_way()));
    CAPTURE(w);
    certificate_authority ca;
    const auto own = ca.issue();
    const httpd_server site(httpd_site(own, ""));
    const auto log = site.places().folder + "/tls.log";
    const httpd_server front(options_for(w, pass(site.port(), "reuse=off", "ca=" + ca.file())));
    for (int i = 0; i < 3; ++i) {
        const auto got = get(front, "/static.txt");
        CHECK(got.status() == 200);
        CHECK(got.body == "from a file\n");
    }
    REQUIRE(eventually([&] { return lines_in(read_file(log)) >= 3; }));
    const auto lines = read_file(log);
    CHECK(lines.find("TLSv1.3 Initial site.test -") != std::string::npos);
    // Prefork's children each have their own sessions.
    if (w.model != mpm::prefork)
        CHECK(lines.find("TLSv1.3 Resumed site.test -") != std::string::npos);
}

// Per-location client certificates: with TLS 1.2 by a renegotiation in the middle of a request,
// with 1.3 by authentication after the handshake, which a client has to offer.
TEST_CASE("httpd that wants a client certificate for a path alone", "[https_servers]")
{
    const way w = GENERATE(from_range(short_list()));
    const auto version = GENERATE("TLSv1.2", "TLSv1.3");
    CAPTURE(w, version);
    certificate_authority ca;
    const auto own = ca.issue(), client = ca.issue({{"front.test"}});
    const httpd_server site(httpd_site(
        own, "SSLProtocol " + std::string(version) + "\nSSLCACertificateFile " + ca.file() +
                 "\n<Location /static.txt>\nSSLVerifyClient require\n</Location>\n"));
    const httpd_server front(options_for(
        w, pass(site.port(), "",
                "ca=" + ca.file() + " cert=" + client.certificate + " key=" + client.key)));
    for (const char* method : {"GET", "GET"}) {
        const auto got = ask(front, {"/static.txt", method});
        CHECK(got.status() == 200);
        CHECK(got.body == "from a file\n");
    }
    CHECK(read_file(site.places().folder + "/tls.log").find("site.test front.test") !=
          std::string::npos);
}

TEST_CASE("nginx as a site over TLS", "[https_servers]")
{
    REQUIRE(std::filesystem::exists("/usr/sbin/nginx")); // scripts/packages test brings it
    const way w = GENERATE(from_range(every_way()));
    CAPTURE(w);
    certificate_authority ca;
    const auto own = ca.issue();
    const auto& at = ca.folder();
    const auto port = free_port();
    std::string temporary;
    for (const char* name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        temporary += std::string(name) + "_temp_path " + at + "/" + name + ";\n";
    write_file(at + "/conf",
               "daemon off; pid " + at + "/pid; error_log " + at +
                   "/error.log; events {}\nhttp {\n" + temporary +
                   "log_format tls '$remote_port $ssl_protocol $ssl_session_reused "
                   "$ssl_server_name'; access_log " +
                   at + "/tls.log tls;\nserver { listen 127.0.0.1:" + std::to_string(port) +
                   " ssl; ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate " + own.certificate +
                   "; ssl_certificate_key " + own.key +
                   "; ssl_session_cache shared:all:1m; location / { return 200 ok; } }\n}\n");
    const process nginx({"/usr/sbin/nginx", "-p", at, "-e", at + "/error.log", "-c", at + "/conf"},
                        {}, at + "/console");
    await("nginx to answer", [port] { return answers(port); });
    const httpd_server front(options_for(w, pass(port, "", "ca=" + ca.file())));
    user_agent agent(front);
    for (int i = 0; i < 5; ++i) {
        agent.send({"/", i % 2 ? "POST" : "GET", {}, i % 2 ? pattern(200'000) : ""});
        CHECK(agent.read_response().body == "ok");
    }
    REQUIRE(eventually([&] { return lines_in(read_file(at + "/tls.log")) >= 5; }));
    CHECK(read_file(at + "/tls.log").find("TLSv1.3 . site.test") != std::string::npos);
}

// By GnuTLS, whose server can be told to know nothing of RFC 5746.
TEST_CASE("A site without secure renegotiation", "[https_servers]")
{
    REQUIRE(std::filesystem::exists("/usr/bin/gnutls-serv")); // scripts/packages test brings it
    struct row {
        const char* priority;
        const char* tls;
        int status;
    };
    const auto r = GENERATE(
        row{"NORMAL", "", 200}, row{"NORMAL:-VERS-TLS1.3:%DISABLE_SAFE_RENEGOTIATION", "", 502},
        row{"NORMAL:-VERS-TLS1.3:%DISABLE_SAFE_RENEGOTIATION", "legacy=on ", 200});
    CAPTURE(r.priority, r.tls);
    certificate_authority ca;
    const auto own = ca.issue();
    const auto port = free_port();
    const process server({"gnutls-serv", "--http", "--quiet", "--port", std::to_string(port),
                          "--x509certfile", own.certificate, "--x509keyfile", own.key, "--priority",
                          r.priority},
                         {}, ca.folder() + "/console");
    const httpd_server front(
        options_for(short_list().front(), pass(port, "", r.tls + ("ca=" + ca.file()))));
    const auto got = once_it_listens(front);
    INFO(front.error_log());
    CHECK(got.status() == r.status);
    if (r.status != 200)
        CHECK(front.error_log().find("V6FrontTLS legacy=on") != std::string::npos);
}

TEST_CASE("OpenSSL's server, of today and of old, as a site", "[https_servers]")
{
    struct row {
        const char* what;
        std::vector<std::string> words;
        std::string tls;
        int status;
        std::string log;
    };
    const auto r = GENERATE(
        row{"of today", {}, "", 200, ""}, row{"1.2", {"-tls1_2"}, "", 200, ""},
        row{"1.0", {"-tls1", "-cipher", "DEFAULT:@SECLEVEL=0"}, "", 502, "protocol=1.0"},
        row{"1.0, allowed", {"-tls1", "-cipher", "DEFAULT:@SECLEVEL=0"}, "protocol=1.0 ", 200, ""},
        row{"1.1, allowed",
            {"-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"},
            "protocol=1.1 ",
            200,
            ""},
        row{"1.0, where 1.1 is allowed",
            {"-tls1", "-cipher", "DEFAULT:@SECLEVEL=0"},
            "protocol=1.1 ",
            502,
            "protocol=1.0"},
        row{"no cipher in common",
            {"-tls1_2", "-cipher", "NULL-SHA256:@SECLEVEL=0"},
            "",
            502,
            "no cipher in common"});
    CAPTURE(r.what);
    certificate_authority ca;
    const auto own = ca.issue();
    const auto port = free_port();
    auto command = s_server(port, own);
    command.insert(command.end(), r.words.begin(), r.words.end());
    const process server(command, {}, ca.folder() + "/console");
    const httpd_server front(
        options_for(short_list().front(), pass(port, "", r.tls + "ca=" + ca.file())));
    const auto got = once_it_listens(front);
    INFO(front.error_log());
    CHECK(got.status() == r.status);
    if (r.status == 200)
        CHECK(got.body.find("s_server") != std::string::npos);
    else
        CHECK(front.error_log().find(r.log) != std::string::npos);
}

TEST_CASE("OpenSSL's server with a certificate that is not accepted", "[https_servers]")
{
    struct row {
        certificate_wish certificate;
        std::vector<std::string> log;
    };
    const row rows[]{
        {{.ends = -60}, {"it expired on 20", "renew it at the site"}},
        {{.names = {"a.example"}},
         {"it is for \"a.example\", not for \"site.test\"", "V6FrontTLS name="}},
        {{.self_signed = true}, {"it is self-signed, for \"site.test\": V6FrontTLS ca="}},
    };
    for (const auto& r : rows) {
        certificate_authority ca;
        const auto own = ca.issue(r.certificate);
        const auto port = free_port();
        const process server(s_server(port, own), {}, ca.folder() + "/console");
        const httpd_server front(
            options_for(short_list().front(), pass(port, "", "ca=" + ca.file())));
        CHECK(once_it_listens(front).status() == 502);
        for (const auto& words : r.log)
            CHECK_THAT(front.error_log(), ContainsSubstring(words));
    }
}
