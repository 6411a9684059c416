// SPDX-License-Identifier: Apache-2.0
//
// v6frontctl convert: configurations in the form in which applications publish theirs, each of
// which a real httpd takes afterwards; and what mod_proxy and nginx do with requests beside what
// the converted rules do with them.
#include "catch.hpp"
#include "plain_server.hpp"
#include "scripted_backend.hpp"
#include "text_lines.hpp"
#include "v6frontctl.hpp"
#include "ways.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <regex>
#include <sstream>

using namespace v6front;

namespace
{

const std::string folder = "test/system/tools/applications";

// A file, without the lines that begin with "#> ": these have to be in what it is converted to.
struct application {
    explicit application(const std::string& file)
    {
        std::istringstream lines(
            replaced(replaced(read_file(file), "@certificate@", test_certificate().certificate),
                     "@key@", test_certificate().key));
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with("#> "))
                expected.push_back(line.substr(3));
            else
                text += line + "\n";
    }
    std::string text;
    std::vector<std::string> expected;
};

httpd_options loading(const std::string& text)
{
    httpd_options options;
    options.modules = {"alias",      "headers",    "rewrite",    "socache_shmcb",
                       "ssl",        "authz_host", "auth_basic", "authn_core",
                       "authn_file", "authz_user", "filter",     "env"};
    options.global = "Listen [::1]:80\nListen [::1]:443\n" + text;
    return options;
}

std::vector<std::string> complaints_of(const std::string& said)
{
    const std::regex number("V6F[0-9]{4}: [^\n]*");
    std::vector<std::string> all;
    for (std::sregex_iterator i(said.begin(), said.end(), number), end; i != end; ++i)
        // Their names do not exist here, and what they do not verify is not verified.
        if (!i->str().starts_with("V6F0206") && !i->str().starts_with("V6F024"))
            all.push_back(i->str());
    return all;
}

struct same_rules {
    const char* rules;
    std::vector<std::string> targets;
};

const std::vector<same_rules>& apache_rules()
{
    static const std::vector<same_rules> rows{
        {"ProxyPass / @site@/", {"/", "/a", "/a/b?c=d", "/a%20b", "/?x"}},
        {"ProxyPreserveHost On\nProxyPass / @site@/", {"/", "/a"}},
        {"ProxyPass /app @site@/base\nProxyPass /app2/ @site@/",
         {"/app", "/app/", "/app/x", "/apple", "/app2/", "/app2/y", "/app2", "/"}},
        {"ProxyPass /app/no !\nProxyPass /app @site@/a", {"/app/no", "/app/no/x", "/app/nox"}},
        {"ProxyPass /app @site@\nProxyPass /app/no !", {"/app", "/app/no", "/app/no/x"}},
        {"ProxyPass /a @site@/one\nProxyPassMatch ^/.*\\.php$ @site@/php",
         {"/a/x.php", "/b/x.php", "/a", "/ax.php"}},
        {"ProxyPass /a/ !\nProxyPassMatch ^(/.*\\.gif)$ @site@$1", {"/a/x.gif", "/b/x.gif", "/b"}},
        {"ProxyPassMatch \\.gif @site@", {"/a.gif", "/b/c.gif/d", "/b"}},
        {"ProxyPassMatch ^/u/([a-z]+)/(.*)$ @site@/x/$2/$1\nProxyPass /u @site@/rest",
         {"/u/joe/a/b", "/u/JOE/a", "/u"}},
        {"ProxyPass / @site@/a/\nProxyPassMatch ^/img/(.*)$ @site@/b/$1\nRewriteEngine On\n"
         "RewriteRule ^/old/(.*)$ @site@/c/$1 [P]",
         {"/", "/old/b", "/img/x", "/old"}},
        {"ProxyPass /a @site@/one\nProxyPassMatch ^/(.*)$ @site@/two/$1\nProxyPass /b @site@/b\n"
         "RewriteEngine On\nRewriteRule ^/a/(.*)$ @site@/c/$1 [P]",
         {"/a/x", "/a", "/b", "/b/y"}},
        {"ProxyPassMatch ^/(.*)$ @site@/two/$1\n<IfModule mod_rewrite.c>\nRewriteEngine On\n"
         "RewriteRule ^/a/(.*)$ @site@/c/$1 [P]\n</IfModule>",
         {"/a/x", "/a"}},
        {"<LocationMatch ^/v([12])/(.*)$>\nProxyPass @site@/api/$2\n</LocationMatch>\n"
         "RewriteEngine On\nRewriteRule ^/v2/(.*)$ @site@/c/$1 [P]",
         {"/v1/x", "/v2/x"}},
        {"<Location /loc>\nProxyPass @site@/in\n</Location>", {"/loc", "/loc/x", "/location"}},
        {"<LocationMatch ^/v[12]/(.*)$>\nProxyPass @site@/api/$1\n</LocationMatch>",
         {"/v1/x", "/v3/x"}},
        {"RewriteEngine On\nRewriteRule ^/?(.*) @site@/r/$1 [P]", {"/", "/a/b"}},
        {"RewriteEngine On\nRewriteRule ^(.*) @site@/$1 [P]", {"/", "/a/b"}},
        {"ProxyPass /a !\nProxyPass /b @site@/own\nRewriteEngine On\n"
         "RewriteRule /(.*) @site@/r/$1 [P]",
         {"/a", "/b", "/c"}},
        {"RewriteEngine On\nRewriteCond %{HTTP:Upgrade} =websocket [NC]\n"
         "RewriteRule /(.*) ws://127.0.0.1:1/socket/$1 [P,L]\n"
         "RewriteCond %{HTTP:Upgrade} !=websocket [NC]\nRewriteRule /(.*) @site@/w/$1 [P,L]",
         {"/", "/a/b?c=d"}},
        {"<Location /l>\nProxyPreserveHost On\nProxyPass @site@/l\n</Location>", {"/l", "/l/x"}},
        {"<Proxy balancer://b>\nBalancerMember @site@\n</Proxy>\nProxyPass /b balancer://b/c",
         {"/b", "/b/x"}},
        {"<Proxy *>\nRequire all denied\n</Proxy>\nProxyPass / @site@/", {"/"}},
        {"ProxyPass / @site@/\n<Location /all>\nRequire all granted\n</Location>\n"
         "<Proxy *>\nRequire all denied\n</Proxy>\n<Location /none>\nRequire all denied\n"
         "</Location>",
         {"/", "/all", "/all/x", "/none"}},
        {"RewriteEngine On\nRewriteRule ^/old$ @site@/new [P]\nRewriteRule ^/s(t|u)/ - [L]\n"
         "RewriteRule ^/NC/(.*)$ @site@/nc/$1 [P,NC]\nRewriteRule !^/api @site@/other [P]\n"
         "RewriteRule ^/(.*)$ @site@/rest/$1 \"[L, P]\"",
         {"/old", "/old?x", "/oldx", "/st/x", "/su/", "/nc/a", "/NC/a", "/api", "/api/x"}},
        {"RewriteEngine Off\nRewriteRule ^/(.*)$ @site@/never/$1 [P]\nProxyPass /a @site@/a",
         {"/a", "/b"}},
        {"Define there @site@\nProxyPass /d/ ${there}/in/", {"/d/", "/d/x"}},
    };
    return rows;
}

const std::vector<same_rules>& nginx_rules()
{
    static const std::vector<same_rules> rows{
        {"location / { proxy_pass @site@; proxy_set_header Host $http_host; }",
         {"/", "/a", "/a/b?c=d", "/a%20b"}},
        {"location /app/ { proxy_pass @site@/base/; }", {"/app/", "/app/x", "/apple"}},
        {"location /app/ { proxy_pass @site@; }", {"/app/", "/app/x"}},
        {"location / { proxy_pass @site@/; }\nlocation = /one { proxy_pass @site@/only; }",
         {"/one", "/one/x", "/on"}},
        {"location /a/ { proxy_pass @site@/path/; }\nlocation ~ \\.php$ { proxy_pass @site@; }",
         {"/a/x", "/a/x.php", "/b.php", "/b"}},
        {"location ^~ /a/ { proxy_pass @site@/path/; }\nlocation ~* \\.PHP$ { proxy_pass @site@; }",
         {"/a/x", "/a/x.php", "/b.php", "/b"}},
        {"location ^~ /a/ { proxy_pass @site@; }\nlocation ~ ^/(x|y)/(.*)$ { proxy_pass "
         "@site@/$2/$1$is_args$args; }",
         {"/a/x", "/x/one", "/y/", "/x/one?q=r"}},
        {"location / { proxy_pass @site@; }\nlocation /no { deny all; proxy_pass @site@; }",
         {"/no", "/no/x", "/nothing", "/n"}},
        {"location / { proxy_pass @site@; proxy_set_header X-Kind all; }\n"
         "location /img/ { proxy_pass @site@; }\nlocation ~* \\.PHP$ { proxy_pass @site@; }\n"
         "location ~ ^/a(b|c) { proxy_pass @site@; proxy_set_header X-Kind some; }",
         {"/", "/img/x", "/x.php", "/ab", "/ab.php", "/xab"}},
        {"location / { deny all; proxy_pass @site@; }\nlocation /api { proxy_pass @site@; }",
         {"/api", "/api/x", "/x"}},
        {"location / { deny all; proxy_pass @site@; }\nlocation /open/ { proxy_pass @site@; }\n"
         "location = /one { proxy_pass @site@; }",
         {"/", "/open/x", "/one", "/onex"}},
        {"location / { try_files @none @app; }\nlocation @app { proxy_pass @site@; }", {"/", "/a"}},
        {"set $there @site@;\nlocation / { proxy_pass $there; }", {"/", "/a"}},
        {"location / { proxy_pass @site@; }\nlocation /old { return 404; }", {"/old", "/o"}},
        {"location ~ ^/(?<app>[a-z]+)/(api)/ { proxy_pass @site@; }", {"/one/api/x", "/one"}},
        {"location /x/ { rewrite ^/x/(.*)$ /y/$1 break; proxy_pass @site@; }",
         {"/x/", "/x/a/b", "/x/a?c=d"}},
        {"location /x/ { rewrite ^/x/(.*)$ /y/$1 break; proxy_pass @site@; }\n"
         "location /x/z/ { rewrite ^/x/z/(.*)$ /w/$1 break; proxy_pass @site@; }\n"
         "location / { proxy_pass @site@; }",
         {"/", "/x/a", "/x/z/b", "/xa"}},
        {"location /api/ { rewrite ^/(.*)$ /v2/$1 break; proxy_pass @site@; }\n"
         "location / { proxy_pass @site@; }",
         {"/", "/apix", "/x"}}, // the rewrite is a comment
        {"location / { rewrite ^/(.*)$ /v2/$1 break; proxy_pass @site@; }\n"
         "location /api/ { proxy_pass @site@; }",
         {"/a", "/api/x", "/apix"}},
        {"location / { proxy_pass @site@; }\nlocation = / { return 302 http://$host/home; }\n"
         "location /gone { return 403; }\nlocation ~ ^/b[0-9] { return 301 http://b.test/c; }",
         {"/", "/home", "/gone", "/gone/x", "/b1", "/b", "/b2?c=d"}},
        {"if ($host = r@row@.test) { return 301 http://other.test$request_uri; }\n"
         "location / { proxy_pass @site@; }",
         {"/", "/a?b=c"}},
        {"if ($host = other.test) { return 301 http://other.test$request_uri; }\n"
         "location / { proxy_pass @site@; }",
         {"/", "/a"}},
        {"location / { return 301 https://$host$request_uri; }\nlocation /api/ { proxy_pass "
         "@site@; }\nlocation = /one { proxy_pass @site@; }\nlocation ~ \\.php$ { proxy_pass "
         "@site@; }",
         {"/", "/a", "/api/x", "/apix", "/one", "/one/x", "/a.php"}},
        {"location ^~ /old/ { return 404; }\nlocation /old/new/ { proxy_pass @site@; }\n"
         "location ~ \\.php$ { proxy_pass @site@; }",
         {"/old/x", "/old/x.php", "/old/new/y", "/b.php"}},
        {"location ~ \\.git { return 404; }\nlocation = /a.git { proxy_pass @site@; }\n"
         "location ^~ /g/ { proxy_pass @site@; }\nlocation / { proxy_pass @site@; }",
         {"/x.git", "/a.git", "/g/x.git", "/x"}},
        {"location ^~ /rel { proxy_pass @site@; }\nlocation ^~ /rel/in { proxy_pass @site@/one/; "
         "}\n"
         "location /rel/plain/ { proxy_pass @site@/two/; }\nlocation ~ \\.deb$ { proxy_pass "
         "@site@; "
         "proxy_set_header X-Kind deb; }\nlocation / { proxy_pass @site@/rest/; }",
         {"/rel", "/rel/x", "/rel/x.deb", "/rel/in/x", "/rel/plain/x", "/rel/plain/x.deb", "/x",
          "/x.deb"}},
        {"location / { proxy_pass @site@; }\nlocation /files/ { root /nowhere; }",
         {"/files/x", "/filesx"}},
        {"if ($scheme = \"http\") { return 301 https://$host$request_uri; }\n"
         "location / { proxy_pass @site@; }",
         {"/", "/a?b=c"}},
        {"return 404;\nlocation / { proxy_pass @site@; }", {"/", "/a"}},
        {"location / { proxy_pass @site@; limit_except POST { deny all; } }", {"/", "/a"}},
        {"proxy_intercept_errors on;\nerror_page 404 @none;\n"
         "location / { proxy_pass @site@; }",
         {"/teapot"}},
        {"return 302 https://$host$request_uri;", {"/", "/a/b?c=d"}},
    };
    return rows;
}

// What the site got, or the status alone.
std::string outcome(const http_message& answer)
{
    return std::to_string(answer.status()) + " " +
           (answer.status() == 200 ? answer.body : answer.value("Location"));
}

std::string name_of(std::size_t row)
{
    return "r" + std::to_string(row) + ".test";
}

// Each row has a virtual host of its own, r0.test and so on.
std::string in_apache(const same_rules& row, std::size_t number, std::uint16_t port)
{
    return "<VirtualHost *:" + std::to_string(port) + ">\nServerName " + name_of(number) + "\n" +
           row.rules + "\n</VirtualHost>\n";
}

std::string in_nginx(const same_rules& row, std::size_t number, const std::string& at)
{
    return "server {\nlisten " + at + ";\nserver_name " + name_of(number) + ";\n" +
           replaced(row.rules, "@row@", std::to_string(number)) + "\n}\n";
}

using asking = std::function<std::string(const question&)>;

void expect_same(const std::vector<same_rules>& rows, const asking& before, const asking& after)
{
    for (std::size_t i = 0; i < rows.size(); ++i) {
        INFO(rows[i].rules);
        for (const std::string& target : rows[i].targets) {
            INFO(target);
            const question q{.target = target, .host = name_of(i)};
            CHECK(after(q) == before(q));
        }
    }
}

std::string echo(const received_request& r)
{
    return response(r.message.target() + " for " + r.message.value("Host") +
                    r.message.value("X-Kind"));
}

std::string url_of(const scripted_backend& site)
{
    return "http://" + site.authority();
}

} // namespace

TEST_CASE("What applications publish is converted, and httpd takes it", "[convert]")
{
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        files.push_back(entry.path().string());
    CHECK(files.size() >= 10);
    std::string all;
    for (const std::string& file : files) {
        INFO(file);
        const application from(file);
        int code = 0;
        const std::string text = converted(from.text, &code);
        INFO(text);
        for (const std::string& line : from.expected)
            CHECK_THAT(text, ContainsSubstring(line));
        CHECK(code == (text.find("# NO COUNTERPART: ") == std::string::npos ? 0 : 1));
        all += "# " + file + "\n" + text;
    }
    INFO(all);
    const auto said = configtest(loading(all));
    INFO(said.output);
    CHECK(said.code == 0);
    CHECK(complaints_of(said.output).empty());
}

TEST_CASE("Converted rules do what they did in mod_proxy", "[convert]")
{
    const scripted_backend site(echo);
    const auto& rows = apache_rules();
    httpd_options before, after;
    before.with_module = false;
    before.port = free_port();
    before.modules = {
        "proxy",   "proxy_http", "proxy_balancer", "slotmem_shm", "lbmethod_byrequests",
        "rewrite", "alias",      "headers"};
    after.port = free_port();
    after.modules = {"rewrite", "alias", "headers"};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        before.global += replaced(in_apache(rows[i], i, before.port), "@site@", url_of(site));
        after.global += replaced(in_apache(rows[i], i, after.port), "@site@", url_of(site));
    }
    after.global = converted(after.global);
    INFO(after.global);
    const httpd_server with_proxy(before), with_v6front(after);
    expect_same(
        rows, [&](const question& q) { return outcome(ask(with_proxy, q)); },
        [&](const question& q) { return outcome(ask(with_v6front, q)); });
}

TEST_CASE("Converted rules do what they did in nginx", "[convert]")
{
    const scripted_backend site(echo);
    const auto& rows = nginx_rules();
    std::string before;
    httpd_options after;
    after.port = free_port();
    after.modules = {"rewrite", "alias", "headers", "authz_host"};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        before += replaced(in_nginx(rows[i], i, "127.0.0.1:@port@"), "@site@", url_of(site));
        after.global +=
            replaced(in_nginx(rows[i], i, std::to_string(after.port)), "@site@", url_of(site));
    }
    after.global = converted(after.global);
    INFO(after.global);
    const plain_server nginx(plain_server::kind::nginx, before);
    const httpd_server front(after);
    expect_same(
        rows,
        [&](const question& q) {
            raw_client client(nginx.port(), {.to = "127.0.0.1"});
            client.send(request_text(q));
            return outcome(client.read_response());
        },
        [&](const question& q) { return outcome(ask(front, q)); });
}
