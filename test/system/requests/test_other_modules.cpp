// SPDX-License-Identifier: Apache-2.0
//
// The rest of httpd behaves as it always does, on connections that the module has taken and before
// answers that the module has fetched.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

#include <algorithm>
#include <filesystem>
#include <regex>

using namespace v6front;

namespace
{

std::string say_target(const received_request& r)
{
    return response("site " + r.message.target(), "Content-Type: text/plain\r\n");
}

} // namespace

TEST_CASE("Files, programs and server-status on the same connection as the site")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(say_target);
    httpd_options options = options_for(w, "V6FrontPass / " + site.url() +
                                               "\nV6FrontPass /static.txt !\nV6FrontPass /cgi !\n"
                                               "V6FrontPass /status !\nV6FrontPass /none !");
    options.modules = {"alias", "status", w.model == mpm::prefork ? "cgi" : "cgid"};
    options.site += "\nScriptAlias /cgi/ cgi-bin/\n<Location /status>\nSetHandler server-status\n"
                    "</Location>\n<Directory cgi-bin>\nOptions ExecCGI\n</Directory>";
    options.global = w.model == mpm::prefork ? "" : "ScriptSock cgisock";
    httpd_server front(options);
    raw_client client(front.port(), client_for(front));
    struct row {
        question asked;
        int status;
        std::string starts;
    };
    const std::vector<row> rows{
        {{"/one"}, 200, "site /one"},
        {{"/static.txt"}, 200, "from a file\n"},
        {{"/cgi/hello"}, 200, "from a program, GET\n"},
        {{"/two"}, 200, "site /two"},
        {{"/cgi/hello", "POST", {}, pattern(100000)},
         200,
         "from a program, POST\n" + pattern(100000)},
        {{"/cgi/hello", "POST", {}, pattern(100000), true}, 200, "from a program, POST\n"},
        {{"/status?auto"}, 200, "site.test"},
        {{"/none"}, 404, "<!DOCTYPE"},
        {{"/static.txt", "POST", {}, "unread by the file's handler"}, 200, "from a file\n"},
        {{"/three"}, 200, "site /three"},
        {{"/static.txt", "GET", {{"Range", "bytes=5-7"}}}, 206, "a f"},
    };
    for (const row& r : rows) {
        INFO(r.asked.method << " " << r.asked.target);
        client.send(request_text(r.asked));
        const http_message answer = client.read_response();
        CHECK(answer.status() == r.status);
        CHECK(answer.complete);
        CHECK(answer.body.substr(0, r.starts.size()) == r.starts);
    }
    CHECK(front.access_log(rows.size()).size() == rows.size());
}

TEST_CASE("mod_status counts the requests of an engine")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    // Also where a logger is the last one: mod_lua's way to leave requests out of the log.
    const bool is_logged = GENERATE(true, false);
    INFO(is_logged);
    scratch_folder folder;
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
    write_file(folder.path() + "/last.lua", "function last(r) return apache2.DONE end\n");
    scripted_backend site(say_target);
    httpd_options options = options_for(
        w,
        "V6FrontPass / " + site.url() +
            "\nV6FrontPass /status !\n<Location /status>\nSetHandler server-status\n</Location>\n" +
            (is_logged ? "" : "LuaHookLog " + folder.path() + "/last.lua last"));
    options.modules = {"status", "lua"};
    httpd_server front(options);
    for (int i = 0; i < 5; ++i)
        get(front, "/");
    // httpd counts a request when it is logged, which is after its answer has left.
    int looked = 0;
    CHECK(eventually([&] {
        ++looked;
        const std::string status = get(front, "/status?auto").body;
        const auto at = status.find("Total Accesses: ");
        REQUIRE(at != std::string::npos);
        return std::atoi(status.c_str() + at + 16) - (looked - 1) >= 5;
    }));
}

TEST_CASE("What a logger says in the error log is of a client")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site(say_target);
    httpd_options options = options_for(
        w, "V6FrontPass / " + site.url() + "\nLogMessage \"logged at last\" hook=log_transaction");
    options.modules = {"log_debug"};
    httpd_server front(options);
    get(front, "/");
    CHECK(eventually([&] {
        return std::regex_search(front.error_log(), std::regex("\\[client [^\n]*logged at last"));
    }));
}

TEST_CASE("ErrorDocument: for the front's own errors, from a file, a text and the site itself")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(say_target);
    const std::string dead = std::to_string(free_port());
    httpd_server front(options_for(
        w, "V6FrontPass / " + site.url() + "\nV6FrontPass /dead http://127.0.0.1:" + dead +
               "/\nV6FrontPass /static.txt !\nV6FrontPass /none !\n"
               "<Location /dead/text>\nErrorDocument 502 \"sorry\"\n</Location>\n"
               "<Location /dead/file>\nErrorDocument 502 /static.txt\n</Location>\n"
               "<Location /dead/site>\nErrorDocument 502 /apology\n</Location>\n"
               "ErrorDocument 404 /apology\n"));
    struct row {
        std::string target;
        int status; // 0: the page's own, as any proxied page's in httpd
        std::string body;
    };
    const std::vector<row> rows{{"/dead/text", 502, "sorry"},
                                {"/dead/file", 502, "from a file\n"},
                                {"/dead/site", 0, "site /apology"},
                                {"/none", 0, "site /apology"}};
    for (const row& r : rows) {
        INFO(r.target);
        const http_message answer = get(front, r.target);
        CHECK((r.status == 0 || answer.status() == r.status));
        CHECK(answer.body == r.body);
    }
    CHECK(get(front, "/page").body == "site /page");
}

TEST_CASE("The site's page for what a hook refuses is waited for by nobody else")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend slow({script::read_request(), script::gate("apology"),
                           script::answer([](const auto&) { return response("slow apology"); })});
    scripted_backend site(say_target);
    httpd_options options =
        options_for(w, "V6FrontPass / " + site.url() + "\nV6FrontPass /slow " + slow.url() +
                           "\n<Location /closed>\nRequire all denied\n"
                           "ErrorDocument 403 /slow/apology\n</Location>\n"
                           "ErrorDocument 400 /slow/apology\n");
    options.global += "\nV6FrontThreads 1\n";
    httpd_server front(options);
    raw_client refused(front.port(), client_for(front));
    refused.send(request_text({"/closed"}));
    REQUIRE(slow.wait_for_hits(1));
    CHECK(get(front, "/page").body == "site /page");
    slow.open("apology");
    CHECK(refused.read_response().body == "slow apology");

    // A request that httpd cannot read never gets as far: it has httpd's own page at once.
    raw_client malformed(front.port(), client_for(front));
    malformed.send("GET / HTTP/1.1\r\nHost: site.test\r\nno colon\r\n\r\n");
    const http_message own = malformed.read_response();
    CHECK(own.status() == 400);
    CHECK(own.body.find("<!DOCTYPE") == 0);
    CHECK(front.error_log().find("V6F0104") != std::string::npos);
    CHECK(slow.hits() == 1);
}

TEST_CASE("mod_rewrite rewrites before the route is chosen, and answers by itself")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(say_target);
    httpd_options options = options_for(w, "V6FrontPass / " + site.url() +
                                               "\nRewriteEngine On\n"
                                               "RewriteRule ^/old/(.*)$ /new/$1?was=old [PT,QSA]\n"
                                               "RewriteRule ^/gone - [G]\n"
                                               "RewriteRule ^/moved /new [R=301,L]\n");
    options.modules = {"rewrite"};
    httpd_server front(options);
    CHECK(get(front, "/old/a%20b?x=1").body == "site /new/a%20b?was=old&x=1");
    CHECK(get(front, "/gone").status() == 410);
    const http_message moved = get(front, "/moved");
    CHECK(moved.status() == 301);
    CHECK(moved.value("Location").find("/new") != std::string::npos);
    CHECK(site.hits() == 1);
}

TEST_CASE("mod_headers, mod_deflate and mod_setenvif work on what the site says")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const std::string body = pattern(100000);
    scripted_backend site([&](const received_request&) {
        return response(body, "Content-Type: text/plain\r\nX-Remove: 1\r\n");
    });
    httpd_options options = options_for(w, "V6FrontPass / " + site.url() +
                                               "\nHeader set X-Added yes\nHeader unset X-Remove\n"
                                               "RequestHeader set X-To-Site hello\n"
                                               "RequestHeader unset X-From-Client\n"
                                               "SetOutputFilter DEFLATE\n");
    options.modules = {"headers", "filter", "deflate"};
    httpd_server front(options);
    const http_message answer =
        ask(front, {"/", "GET", {{"Accept-Encoding", "gzip"}, {"X-From-Client", "1"}}});
    CHECK(answer.value("X-Added") == "yes");
    CHECK_FALSE(answer.has("X-Remove"));
    CHECK(site.request(0).message.value("X-To-Site") == "hello");
    CHECK_FALSE(site.request(0).message.has("X-From-Client"));
    CHECK(answer.value("Content-Encoding") == "gzip");
    CHECK(answer.complete);
    CHECK(run_command({"gzip", "-dc"}, {}, answer.body).output == body);
    CHECK(get(front, "/").body == body);
}

TEST_CASE("Access is decided before the site is asked")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(say_target);
    httpd_options options =
        options_for(w, "V6FrontPass / " + site.url() +
                           "\n<Location /private>\nAuthType Basic\n"
                           "AuthName site\nAuthUserFile users\n"
                           "Require valid-user\n</Location>\n"
                           "<Location /never>\nRequire all denied\n</Location>");
    options.modules = {"auth_basic", "authn_core", "authn_file", "authz_user"};
    // "secret", by apr1
    options.files = {
        {"users",
         "ann:" +
             run_command({"openssl", "passwd", "-apr1", "-salt", "saltsalt", "secret"}).output}};
    httpd_server front(options);
    const http_message refused = get(front, "/private/x");
    CHECK(refused.status() == 401);
    CHECK(refused.value("WWW-Authenticate").starts_with("Basic"));
    CHECK(get(front, "/never").status() == 403);
    CHECK(site.hits() == 0);
    const http_message allowed =
        ask(front, {"/private/x", "GET", {{"Authorization", "Basic YW5uOnNlY3JldA=="}}});
    CHECK(allowed.status() == 200);
    CHECK(allowed.body == "site /private/x");
}

TEST_CASE("mod_remoteip decides who the client is, for the log and for the site")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(say_target);
    httpd_options options = options_for(w, "V6FrontPass / " + site.url() +
                                               "\nRemoteIPHeader X-Client\n"
                                               "RemoteIPInternalProxy ::1\n");
    options.modules = {"remoteip"};
    httpd_server front(options);
    CHECK(ask(front, {"/", "GET", {{"X-Client", "2001:db8::7"}}}).status() == 200);
    CHECK(site.request(0).message.value("X-Forwarded-For") == "2001:db8::7");
    const auto lines = front.access_log(1);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with("2001:db8::7 "));
}

TEST_CASE("The access log tells size, status, connection state and what the exchange noted")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    const auto answer = [](const received_request&) { return chunked_response({"12345", "67"}); };
    scripted_backend site(answer);
    httpd_options options = options_for(
        w, "V6FrontPass / " + site.url() +
               "\nV6FrontPass /dead http://127.0.0.1:" + std::to_string(free_port()) +
               "/\nCustomLog notes.log \"%s %b %X %{v6front-address}n %{v6front-attempts}n "
               "%{v6front-failure}n\"");
    httpd_server front(options);
    get(front, "/");
    get(front, "/dead");
    std::string notes;
    CHECK(eventually([&] {
        notes = read_file(front.places().folder + "/notes.log");
        return std::count(notes.begin(), notes.end(), '\n') == 2;
    }));
    INFO(notes);
    CHECK(notes.find("200 7 + " + site.authority() + " 1 -\n") != std::string::npos);
    CHECK(notes.find("502 ") != std::string::npos);
    CHECK(notes.find("refused") != std::string::npos);
}
