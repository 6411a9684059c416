// SPDX-License-Identifier: Apache-2.0
//
// Hooks of other modules that read a request's body before it is forwarded, to judge it: all of it
// is judged, however it comes, or the request goes no further.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "text_lines.hpp"
#include "user_agent.hpp"

#include <sys/stat.h>

using namespace v6front;

namespace
{

// mod_security2 with a rule on bodies. It takes some time to start: one server for many questions.
httpd_options inspected(const way& w, const scripted_backend& site, const scratch_folder& folder,
                        const std::string& settings)
{
    chmod(folder.path().c_str(), 0777);
    httpd_options options = options_for(
        w, "V6FrontPass / " + site.url() + "\nSecTmpDir " + folder.path() +
               "\nSecRule REQUEST_URI \"@streq /in-parts\" "
               "\"id:1,phase:1,pass,log,msg:'a head is here'\"\n" +
               settings + "\nSecRule REQUEST_BODY \"attack\" \"id:2,phase:2,deny,status:403\"");
    options.modules = {"unique_id", "security2"};
    options.global = "SecDataDir " + folder.path();
    return options;
}

question form(std::string target, std::string body, bool chunked)
{
    return {std::move(target),
            "POST",
            {{"Content-Type", "application/x-www-form-urlencoded"}},
            std::move(body),
            chunked};
}

// Of the body nothing is sent with the head, and the end only when the head has been looked at.
http_message ask_in_parts(const httpd_server& front, const question& q,
                          const std::string& logged = "a head is here")
{
    const std::size_t before = count(front.error_log(), logged);
    user_agent agent(front);
    agent.begin(q, q.chunked ? std::nullopt : std::optional<std::uint64_t>(q.body.size()));
    await("the head's inspection", [&] { return count(front.error_log(), logged) > before; });
    const std::size_t half = q.body.size() / 2;
    agent.send_body(std::string_view(q.body).substr(0, half));
    agent.send_body(std::string_view(q.body).substr(half));
    agent.end_body();
    return agent.read_response();
}

scripted_backend echo()
{
    return scripted_backend([](const received_request& r) { return response(r.message.body); });
}

} // namespace

TEST_CASE("mod_security2 looks at all of a request's body, however it comes", "[filters]")
{
    const way w = GENERATE(from_range(every_way()));
    const std::string access =
        GENERATE(std::string("SecRequestBodyAccess On"),
                 std::string("SecAction \"id:3,phase:1,pass,nolog,ctl:requestBodyAccess=On\""));
    INFO(w << ", " << access);
    const scratch_folder folder;
    const scripted_backend site = echo();
    httpd_server front(inspected(w, site, folder, "SecRuleEngine On\n" + access));
    std::size_t passed = 0;
    for (const bool chunked : {false, true}) {
        for (const std::size_t size : {0, 2000, 100000}) {
            CAPTURE(chunked, size);
            const std::string good = "a=" + pattern(size);
            CHECK(ask(front, form("/", good, chunked)).body == good);
            CHECK(ask_in_parts(front, form("/in-parts", good, chunked)).body == good);
            CHECK(site.hits() == (passed += 2));
            // Its last word is what the rule is about; the site never hears of such a request.
            CHECK(ask(front, form("/", good + "attack", chunked)).status() == 403);
            CHECK(ask_in_parts(front, form("/in-parts", good + "attack", chunked)).status() == 403);
            CHECK(site.hits() == passed);
        }
    }
    CHECK(count(front.error_log(), "[id \"2\"]") == 12);
    CHECK(get(front, "/?attack").status() == 200);
    // With HTTP/2 too: that server takes HTTP/1.1 as well, and its connections would be an
    // engine's.
    const std::string directive = access.substr(0, access.find(' '));
    CHECK((count(front.error_log(), "V6F0220: \"" + directive) == 1) ==
          (w.model == mpm::event && w.engine));
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("What mod_security2 only watches reaches the site whole", "[filters]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const scratch_folder folder;
    const scripted_backend site = echo();
    httpd_server front(
        inspected(w, site, folder, "SecRuleEngine DetectionOnly\nSecRequestBodyAccess On"));
    std::size_t asked = 0;
    for (const bool chunked : {false, true}) {
        CAPTURE(chunked);
        const std::string body = "a=" + pattern(100000) + "attack";
        CHECK(ask(front, form("/", body, chunked)).body == body);
        CHECK(ask_in_parts(front, form("/in-parts", body, chunked)).body == body);
        asked += 2;
        CHECK(count(front.error_log(), "[id \"2\"]") == asked);
        CHECK(site.hits() == asked);
    }
}

TEST_CASE("A body that is waited for, to be looked at, keeps no other client waiting", "[filters]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const scratch_folder folder;
    const scripted_backend site = echo();
    httpd_options options = inspected(w, site, folder, "SecRuleEngine On\nSecRequestBodyAccess On");
    options.global += "\nV6FrontThreads 1";
    httpd_server front(options);
    const question slow = form("/in-parts", {}, false);
    user_agent agent(front);
    agent.begin(slow, 6);
    agent.send_body("a=g");
    await("the head's inspection", [&] { return count(front.error_log(), "a head is here") == 1; });
    CHECK(get(front, "/").status() == 200);
    CHECK(ask(front, form("/", "a=attack", false)).status() == 403);
    agent.send_body("ood");
    agent.end_body();
    CHECK(agent.read_response().body == "a=good");
}

TEST_CASE("mod_auth_form reads a name and a password that come in parts", "[filters]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const scratch_folder folder;
    chmod(folder.path().c_str(), 0755);
    write_file(folder.path() + "/users", // "secret"
               "user:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n");
    const scripted_backend site = echo();
    httpd_options options = options_for(
        w, "V6FrontPass / " + site.url() +
               "\nLogLevel info rewrite:trace3\nRewriteEngine On\nRewriteRule ^ -\n<Location />\n"
               "AuthType form\nAuthName closed\nAuthFormProvider file\nAuthUserFile " +
               folder.path() +
               "/users\nSession On\nSessionCookieName session\nRequire valid-user\n</Location>");
    options.modules = {"authn_core", "authn_file", "authz_user",     "auth_form",
                       "session",    "request",    "session_cookie", "rewrite"};
    httpd_server front(options);
    const std::string login = "httpd_username=user&httpd_password=";
    const auto enter = [&](const std::string& password) {
        return ask_in_parts(front, form("/", login + password, false), "init rewrite engine");
    };
    CHECK(enter("guess").status() == 401);
    CHECK(site.hits() == 0);
    const http_message entered = enter("secret");
    CHECK(entered.status() == 200);
    CHECK_THAT(entered.value("Set-Cookie"), ContainsSubstring("session=closed-user=user"));
    CHECK(site.hits() == 1);
    CHECK((count(front.error_log(), "V6F0220: \"AuthType form") == 1) ==
          (w.model == mpm::event && w.engine));
    CHECK(front.complaints() == no_complaints);
}

// mod_lua's hooks may do anything, and no directive says what. This one reads the body and has no
// objections where it gets none.
TEST_CASE("A hook that cannot have the body on an engine lets no request through", "[filters]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    const scratch_folder scripts;
    chmod(scripts.path().c_str(), 0755);
    write_file(scripts.path() + "/inspect.lua",
               "require 'apache2'\n"
               "function inspect(r)\n"
               "  local body = r.method == 'POST' and r:requestbody()\n"
               "  if body and body:find('attack') then return 403 end\n"
               "  return apache2.DECLINED\n"
               "end\n");
    const scripted_backend site = echo();
    httpd_options options = options_for(w, "V6FrontPass / " + site.url() + "\nLuaHookFixups " +
                                               scripts.path() + "/inspect.lua inspect");
    options.modules = {"lua"};
    httpd_server front(options);
    // In one piece with its head the body is there to be read, and nobody has to wait.
    raw_client whole(front.port(), client_for(front));
    whole.send(request_text({"/", "POST", {}, "attack"}));
    CHECK(whole.read_response().status() == 403);
    CHECK(front.complaints() == no_complaints);
    raw_client part(front.port(), client_for(front));
    part.send(head_text({"/", "POST"}, 12) + "good ");
    CHECK(part.read_response().status() == 503);
    CHECK(site.hits() == 0);
    const auto lines = front.complaints(1);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], ContainsSubstring("V6F0106"));
    CHECK(get(front, "/").status() == 200);
}
