// SPDX-License-Identifier: Apache-2.0
//
// mod_ssl asks for a client's certificate, or for another cipher, in the midst of a connection, as
// some section or .htaccess file has it: by renegotiation in TLS 1.2, by authentication after the
// handshake in TLS 1.3. Each is answered by httpd without the module too.
#include "catch.hpp"
#include "process.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

#include <ostream>
#include <sys/stat.h>

using namespace v6front;

namespace
{

// A client's certificate and its key in one file, signed by an authority of the test's own.
struct identity {
    scratch_folder folder;
    std::string authority = folder.path() + "/authority.pem";
    std::string client = folder.path() + "/client.pem";

    identity()
    {
        const std::string at = folder.path();
        const auto run = [](std::vector<std::string> command) {
            command.insert(command.begin(), "openssl");
            const auto result = run_command(command);
            INFO(result.output);
            REQUIRE(result.code == 0);
        };
        run({"req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-subj", "/CN=authority", "-keyout", at + "/authority.key",
             "-out", authority});
        run({"req", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj",
             "/CN=ann", "-keyout", at + "/client.key", "-out", at + "/client.csr"});
        run({"x509", "-req", "-days", "2", "-in", at + "/client.csr", "-CA", authority, "-CAkey",
             at + "/authority.key", "-CAcreateserial", "-out", at + "/client.crt"});
        write_file(client, read_file(at + "/client.crt") + read_file(at + "/client.key"));
        chmod(at.c_str(), 0755);
    }
};

const identity& ann()
{
    static const identity made;
    return made;
}

// Where the directive stands, and a path that it is about.
struct place {
    std::string name;
    std::string directives; // {} is the directive
    std::string target;
    bool routed = true; // that path
};
std::ostream& operator<<(std::ostream& out, const place& p)
{
    return out << p.name;
}
const std::vector<place> places{
    {"<Location>", "<Location /private>\n{}\n</Location>", "/private/x"},
    {"<LocationMatch>", "<LocationMatch ^/pri>\n{}\n</LocationMatch>", "/private/x"},
    {"<If>", "<If \"%{REQUEST_URI} =~ m#^/private#\">\n{}\n</If>", "/private/x"},
    {"<Directory>", "<Directory />\n{}\n</Directory>", "/own/static.txt", false},
    {"<Files>", "<Files static.txt>\n{}\n</Files>", "/own/static.txt", false},
    {".htaccess", "<Directory />\nAllowOverride AuthConfig\n</Directory>", "/own/static.txt",
     false},
    {".htaccess, by AllowOverrideList",
     "<Directory />\nAllowOverrideList SSLVerifyClient SSLCipherSuite\n</Directory>",
     "/own/static.txt", false},
};

struct tls_kind {
    std::string name;
    std::string version; // for SSLProtocol
    std::string directive;
};
std::ostream& operator<<(std::ostream& out, const tls_kind& k)
{
    return out << k.name;
}
const std::vector<tls_kind> tls_kinds{
    {"renegotiation, TLS 1.2", "TLSv1.2", "SSLVerifyClient require"},
    {"after the handshake, TLS 1.3", "TLSv1.3", "SSLVerifyClient require"},
    {"another cipher, TLS 1.2", "TLSv1.2", "SSLCipherSuite ECDHE-ECDSA-AES256-GCM-SHA384"},
};

std::string filled(std::string text, const std::string& directive)
{
    const auto at = text.find("{}");
    return at == text.npos ? text : text.replace(at, 2, directive);
}

enum class module_is { loaded_with_route, loaded_for_others, absent };

struct row {
    module_is how;
    place where;
    tls_kind kind;
};

// Every place in one kind of TLS, and the others where that makes a difference.
std::vector<row> rows()
{
    std::vector<row> all;
    for (const place& where : places)
        for (const tls_kind& kind : tls_kinds)
            if (kind.version == "TLSv1.3" || where.name == "<Location>" ||
                where.name == ".htaccess")
                all.push_back({module_is::loaded_with_route, where, kind});
    for (const module_is how : {module_is::loaded_for_others, module_is::absent})
        for (const tls_kind& kind : tls_kinds)
            all.push_back({how, places[0], kind});
    return all;
}

std::string name_of(module_is how)
{
    return how == module_is::absent              ? "without the module"
           : how == module_is::loaded_with_route ? "in a virtual host with routes"
                                                 : "in a virtual host without routes";
}

struct bench {
    bench(module_is how, const place& where, const tls_kind& kind)
        : site([](const received_request& r) { return response("site " + r.message.body); })
    {
        options.tls = true;
        options.with_module = how != module_is::absent;
        options.port = free_port();
        options.modules = {"alias", "cgid"};
        options.global = "ScriptSock cgisock\n<Directory />\nOptions ExecCGI\n</Directory>";
        options.site = "SSLProtocol " + kind.version + "\nSSLCACertificateFile " + ann().authority +
                       "\nSSLCipherSuite ECDHE-ECDSA-AES128-GCM-SHA256:"
                       "ECDHE-ECDSA-AES256-GCM-SHA384\nAlias /own htdocs\n" +
                       filled(where.directives, kind.directive) + "\n";
        options.site += how == module_is::loaded_with_route
                            ? "V6FrontPass /own !\nV6FrontPass / " + site.url() + "\n"
                            : "ScriptAlias /private/x cgi-bin/hello\nScriptAlias /public "
                              "cgi-bin/hello\n";
        if (how == module_is::loaded_for_others)
            options.site += "</VirtualHost>\n<VirtualHost *:" + std::to_string(options.port) +
                            ">\nServerName routed.test\nSSLEngine On\nSSLCertificateFile " +
                            test_certificate().certificate + "\nSSLCertificateKeyFile " +
                            test_certificate().key + "\nV6FrontPass / " + site.url() + "\n";
        if (where.name.starts_with(".htaccess"))
            options.files = {{"htdocs/.htaccess", kind.directive + "\n"}};
    }

    // What curl says, each answer as "body status\n".
    std::string ask(const httpd_server& front, const std::vector<std::string>& more) const
    {
        std::vector<std::string> command{
            "curl", "-sk",          "--noproxy", "*",  "--http1.1",      "--max-time",
            "20",   "--connect-to", "::[::1]:",  "-w", " %{http_code}\n"};
        command.insert(command.end(), more.begin(), more.end());
        for (auto& word : command)
            if (word.starts_with('/') && word != ann().client)
                word = "https://site.test:" + std::to_string(front.port()) + word;
        return run_command(command).output;
    }

    scripted_backend site;
    httpd_options options;
};

} // namespace

TEST_CASE("A certificate or another cipher is asked for in the midst of a connection", "[tls]")
{
    const row r = GENERATE(from_range(rows()));
    const place& where = r.where;
    const tls_kind& kind = r.kind;
    INFO(name_of(r.how) << ", " << where << ", " << kind);
    bench b(r.how, where, kind);
    httpd_server front(b.options);
    const std::string& target = where.target;
    const bool fetched = r.how == module_is::loaded_with_route;
    const std::string get = !where.routed ? "from a file\n"
                            : fetched     ? "site "
                                          : "from a program, GET\n";
    const std::string post = !where.routed ? get : fetched ? get : "from a program, POST\n";
    CHECK(b.ask(front, {"-E", ann().client, target}) == get + " 200\n");
    const std::string body = pattern(30000);
    const scratch_folder folder;
    write_file(folder.path() + "/body", body);
    for (const std::string expect : {"Expect:", "Expect: 100-continue"}) {
        INFO(expect);
        const std::string answer = b.ask(front, {"-E", ann().client, "-H", expect, "--data-binary",
                                                 "@" + folder.path() + "/body", target});
        CHECK((answer == post + (where.routed ? body : "") + " 200\n"));
    }
    // A public page first, then this one, twice, on one connection.
    CHECK(b.ask(front, {"-E", ann().client, "/public", target, target}) ==
          (fetched ? "site " : "from a program, GET\n") + std::string(" 200\n") + get + " 200\n" +
              get + " 200\n");
    if (kind.directive.starts_with("SSLVerifyClient")) {
        const std::string refused = b.ask(front, {target});
        INFO(refused);
        CHECK((refused.ends_with(" 403\n") || refused.ends_with(" 000\n")));
        CHECK(refused.find(get) == refused.npos);
    }
    CHECK(front.error_log().find("V6F0106") == std::string::npos);
}

TEST_CASE("A handshake that the configuration does not show is learned from the first", "[tls]")
{
    const tls_kind kind = GENERATE(from_range(tls_kinds));
    INFO(kind);
    // A rewrite leads from a path of the site's to a file, and that file's folder asks for more.
    bench b(module_is::loaded_with_route, places[5], kind);
    REQUIRE(places[5].name == ".htaccess");
    b.options.modules.emplace_back("rewrite");
    b.options.site += "RewriteEngine On\nRewriteRule ^/moved$ /own/static.txt [PT]\n";
    httpd_server front(b.options);
    const std::vector<std::string> moved{"-E", ann().client, "/moved"};
    CHECK(b.ask(front, {"/page"}) == "site  200\n");
    CHECK(b.ask(front, moved).find("from a file") == std::string::npos); // 403, or no answer
    const auto lines = front.complaints(1);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], ContainsSubstring("V6F0106"));
    CHECK_THAT(lines[0], ContainsSubstring("TLS handshake"));
    for (int i = 0; i < 3; ++i)
        CHECK(b.ask(front, moved) == "from a file\n 200\n");
    CHECK(b.ask(front, {"/page"}) == "site  200\n");
    CHECK(front.complaints().size() == 1);
}

TEST_CASE("Where a handshake may come during a request, the start says so", "[tls]")
{
    struct row {
        std::string directives;
        bool told;
        std::string global{};
    };
    const std::vector<row> told{
        {"<Location /a>\nSSLVerifyClient require\n</Location>", true},
        {"<IfModule mod_ssl.c>\n<Location /a>\nSSLVerifyClient optional\n</Location>\n</IfModule>",
         true},
        {"<Location /a>\nSSLVerifyClient none\n</Location>", false},
        {"SSLVerifyClient optional\nSSLVerifyDepth 3", false},
        {"<IfModule mod_ssl.c>\nSSLCipherSuite HIGH\n</IfModule>", false},
        {"<Location /a>\nSSLRequireSSL\nSSLOptions +StdEnvVars\n</Location>", false},
        {"<Location /a>\nSSLVerifyClient require\n</Location>\nV6FrontEngine Off", false},
        {"</VirtualHost>\n<VirtualHost *:1>\nServerName else.test\n"
         "<Location /a>\nSSLVerifyClient require\n</Location>",
         false},
        {"", true, "<Directory />\nSSLVerifyClient require\n</Directory>"},
        {"", true, "SSLVHostSNIPolicy insecure"},
        {"", false, "SSLVHostSNIPolicy secure"},
        {"", false, "SSLVerifyClient optional\n<Directory />\nAllowOverride All\n</Directory>"},
    };
    const row r = GENERATE_COPY(from_range(told));
    INFO(r.directives);
    scripted_backend site([](const received_request&) { return response("site"); });
    httpd_options options;
    options.tls = true;
    options.global = r.global;
    options.site = "V6FrontPass / " + site.url() + "\nSSLCACertificateFile " + ann().authority +
                   "\n" + r.directives;
    httpd_server front(options);
    CHECK((front.error_log().find("V6F0140") != std::string::npos) == r.told);
    CHECK(get(front, "/").body == "site");
}
