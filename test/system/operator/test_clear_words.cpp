// SPDX-License-Identifier: Apache-2.0
//
// What an operator of another proxy expects, and is told when it is otherwise here.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "text_lines.hpp"
#include "ways.hpp"

#include <filesystem>

using namespace v6front;

namespace
{

std::string say_target(const received_request& r)
{
    return response("site " + r.message.target());
}

} // namespace

TEST_CASE("httpd's own 404 for %2F is told once, with what to do", "[clear_words]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    scripted_backend site(say_target);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url() + "\nV6FrontPass /file !\n"));
    CHECK(get(front, "/file/a%2Fb").status() == 404);
    CHECK(front.error_log().find("V6F0121") == std::string::npos);
    CHECK(get(front, "/a%2Fb").status() == 404);
    CHECK(get(front, "/a%2fc").status() == 404);
    CHECK(site.hits() == 0);
    CHECK(count(front.error_log(), "V6F0121: GET /a%2Fb") == 1);
    CHECK(count(front.error_log(), "V6F0121") == 1);
    CHECK(count(front.error_log(), "AllowEncodedSlashes NoDecode") == 1);
}

TEST_CASE("AllowEncodedSlashes NoDecode lets %2F pass as it is", "[clear_words]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    scripted_backend site(say_target);
    httpd_server front(
        options_for(w, "V6FrontPass / " + site.url() + "\nAllowEncodedSlashes NoDecode\n"));
    CHECK(get(front, "/a%2Fb").body == "site /a%2Fb");
    CHECK(front.error_log().find("V6F0121") == std::string::npos);
}

TEST_CASE("SetHandler wins over a route", "[clear_words]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(say_target);
    httpd_options options = options_for(w, "V6FrontPass / " + site.url() +
                                               "\n<Location /status>\nSetHandler server-status\n"
                                               "</Location>\n");
    options.modules = {"status"};
    httpd_server front(options);
    CHECK_THAT(get(front, "/status?auto").body, ContainsSubstring("Total Accesses"));
    CHECK(site.hits() == 0);
    CHECK(get(front, "/page").body == "site /page");
}

TEST_CASE("What cannot be meant so stops the start, with what would be right", "[clear_words]")
{
    struct row {
        std::string directives;
        std::string told;
    };
    const row r = GENERATE(values<row>({
        {"<Location ~ \"^/a\">\nV6FrontPass http://127.0.0.1/\n</Location>", "V6FrontPassMatch"},
        {"<LocationMatch \"^/a\">\nV6FrontPass http://127.0.0.1/\n</LocationMatch>",
         "V6FrontPassMatch"},
        {"<Location \"/a*/b\">\nV6FrontPass http://127.0.0.1/\n</Location>", "V6FrontPassMatch"},
        {"<Location ~ \"^/a\">\nV6FrontPassReverse http://127.0.0.1/\n</Location>",
         "cannot be used in"},
        {"V6FrontVia maybe", "must be \"on\" or \"off\", not \"maybe\""},
        {"V6FrontAddHeaders 1", "\"1\" must be On, Off, or names of"},
        {"V6FrontPass / http://127.0.0.1/ via=no", "via must be \"on\" or \"off\""},
        {"V6FrontPass /ws ws://127.0.0.1/", "other requests: write http://"},
        {"V6FrontPass /ws wss://127.0.0.1/", "other requests: write https://"},
    }));
    INFO(r.directives);
    const auto result = configtest(options_for(every_way().front(), r.directives));
    CHECK(result.code != 0);
    CHECK_THAT(result.output, ContainsSubstring(r.told));
    CHECK_THAT(result.output, ContainsSubstring("line "));
}

// nginx's own default, gzip_proxied off: what came through a proxy is not packed.
TEST_CASE("With V6FrontVia Off nginx packs what it would not pack for a proxy", "[clear_words]")
{
    REQUIRE(std::filesystem::exists("/usr/sbin/nginx")); // scripts/packages test brings it
    const way w = GENERATE(from_range(one_of_each_kind()));
    const bool via = GENERATE(true, false);
    INFO(w << (via ? ", Via" : ", no Via"));
    const scratch_folder folder;
    const std::string port = std::to_string(free_port());
    const std::string& root = folder.path();
    write_file(root + "/page.txt", std::string(56000, 'x'));
    write_file(root + "/nginx.conf",
               "daemon off;\nuser root;\npid " + root + "/pid;\nerror_log " + root +
                   "/error.log;\nworker_processes 1;\nevents { }\nhttp {\naccess_log off;\n"
                   "client_body_temp_path " +
                   root + "/body;\nproxy_temp_path " + root + "/proxy;\nfastcgi_temp_path " + root +
                   "/fastcgi;\nuwsgi_temp_path " + root + "/uwsgi;\nscgi_temp_path " + root +
                   "/scgi;\ngzip on;\ngzip_types text/plain;\ntypes { text/plain txt; }\n"
                   "server { listen 127.0.0.1:" +
                   port + "; root " + root + "; }\n}\n");
    process nginx({"/usr/sbin/nginx", "-c", root + "/nginx.conf", "-p", root}, {}, root + "/out");
    httpd_server front(options_for(w, "V6FrontPass / http://127.0.0.1:" + port + "/\nV6FrontVia " +
                                          (via ? "On" : "Off") + "\n"));
    http_message answer;
    REQUIRE(eventually([&] {
        answer = ask(front, {"/page.txt", "GET", {{"Accept-Encoding", "gzip"}}});
        return answer.status() == 200;
    }));
    CHECK(answer.has("Content-Encoding") == !via);
    CHECK((answer.body.size() < 1000) == !via);
    CHECK(answer.has("Via") == via);
}
