// SPDX-License-Identifier: Apache-2.0
//
// Who has the last word on a field that the site gets: the operator's RequestHeader, then the
// front, and of certain names never the client.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"

#include <map>

using namespace v6front;

namespace
{

using fields = std::vector<std::pair<std::string, std::string>>;

struct field_row {
    std::string name;
    std::string directives; // of the operator
    fields sent;
    std::map<std::string, std::string> seen; // by the site; "": it is not there
};

const fields lies{{"X-Forwarded-For", "192.0.2.1"},    {"X-Forwarded-Host", "evil.test"},
                  {"X-Forwarded-Server", "evil.test"}, {"X-Forwarded-Proto", "gopher"},
                  {"X-Forwarded-Port", "70"},          {"Proxy", "http://evil.test/"}};

const std::vector<field_row>& set_by_hooks()
{
    static const std::vector<field_row> all{
        {"nothing set",
         "",
         lies,
         {{"X-Forwarded-For", "::1"},
          {"X-Forwarded-Host", "site.test"},
          {"X-Forwarded-Server", "site.test"},
          {"X-Forwarded-Port", ""},
          {"Proxy", ""}}},
        {"set",
         "RequestHeader set X-Forwarded-Proto wss\nRequestHeader set X-Forwarded-Host public.test\n"
         "RequestHeader set X-Forwarded-Server me\nRequestHeader set X-Forwarded-For 192.0.2.7\n"
         "RequestHeader set X-Forwarded-Port 443\nRequestHeader set Proxy mine\n",
         lies,
         {{"X-Forwarded-Proto", "wss"},
          {"X-Forwarded-Host", "public.test"},
          {"X-Forwarded-Server", "me"},
          {"X-Forwarded-For", "192.0.2.7"},
          {"X-Forwarded-Port", "443"},
          {"Proxy", "mine"}}},
        {"set, and the client says nothing",
         "RequestHeader set X-Forwarded-Proto wss\nRequestHeader set X-Forwarded-Port 443\n",
         {},
         {{"X-Forwarded-Proto", "wss"}, {"X-Forwarded-Port", "443"}, {"X-Forwarded-For", "::1"}}},
        {"set early",
         "RequestHeader set X-Forwarded-Proto wss early\n",
         lies,
         {{"X-Forwarded-Proto", "wss"}}},
        {"set for want of one",
         "RequestHeader setifempty X-Forwarded-Proto wss\n",
         {},
         {{"X-Forwarded-Proto", "wss"}}},
        // What was appended to a lie is left of it.
        {"appended",
         "RequestHeader append X-Forwarded-For 192.0.2.7\n",
         lies,
         {{"X-Forwarded-For", "192.0.2.7"}}},
        {"added",
         "RequestHeader add X-Forwarded-For 192.0.2.7\n",
         lies,
         {{"X-Forwarded-For", "192.0.2.7"}}},
        // Whoever trusts what stands before this server can say so.
        {"taken over",
         "RequestHeader edit X-Forwarded-Proto ^(https?)$ $1\n",
         {{"X-Forwarded-Proto", "https"}},
         {{"X-Forwarded-Proto", "https"}}},
        {"of a variable",
         "SetEnvIf X-Forwarded-Proto ^(https?)$ told=$1\n"
         "RequestHeader set X-Forwarded-Proto %{told}e env=told\n",
         {{"X-Forwarded-Proto", "https"}},
         {{"X-Forwarded-Proto", "https"}}},
        {"the chain behind a trusted proxy",
         "RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy ::1\n",
         {{"X-Forwarded-For", "192.0.2.1, 2001:db8::7"}, {"X-Forwarded-Proto", "gopher"}},
         {{"X-Forwarded-For", "192.0.2.1, 2001:db8::7"}}},
        {"one address behind a trusted proxy",
         "RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy ::1\n",
         {{"X-Forwarded-For", "2001:db8::7"}},
         {{"X-Forwarded-For", "2001:db8::7"}}},
        {"the chain of one who is not trusted",
         "RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 192.0.2.99\n",
         {{"X-Forwarded-For", "192.0.2.1, 2001:db8::7"}},
         {{"X-Forwarded-For", "::1"}}},
        {"the trusted proxies' own field",
         "RemoteIPHeader X-Forwarded-For\nRemoteIPTrustedProxy ::1\n"
         "RemoteIPProxiesHeader X-Forwarded-By\n",
         {{"X-Forwarded-For", "2001:db8::7"}},
         {{"X-Forwarded-For", "2001:db8::7"}, {"X-Forwarded-By", "::1"}}},
    };
    return all;
}

httpd_options with_directives(const way& w, const scripted_backend& site, const std::string& more)
{
    httpd_options options = options_for(w, "V6FrontPass / " + site.url() + "\n" + more);
    options.modules = {"headers", "setenvif", "remoteip", "include"};
    return options;
}

void check(const http_message& seen, const std::map<std::string, std::string>& expected)
{
    for (const auto& [name, value] : expected) {
        INFO(name);
        std::vector<std::string> values;
        if (!value.empty())
            values.push_back(value);
        CHECK(seen.values(name) == values);
    }
}

} // namespace

TEST_CASE("What a hook set stays, what the client claims goes, and the rest is the front's",
          "[operator_fields]")
{
    const way w = GENERATE(from_range(every_way()));
    const field_row r = GENERATE(from_range(set_by_hooks()));
    INFO(w << ", " << r.name);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(with_directives(w, site, r.directives));
    REQUIRE(ask(front, {"/", "GET", r.sent}).status() == 200);
    const http_message seen = site.request(0).message;
    check(seen, r.seen);
    if (!r.seen.contains("X-Forwarded-Proto"))
        CHECK(seen.value("X-Forwarded-Proto") == (w.tls ? "https" : "http"));
}

TEST_CASE("What the client claims is there for other modules, and for the log", "[operator_fields]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = with_directives(
        w, site,
        "V6FrontPass /static.txt !\nRewriteEngine On\n"
        "RewriteCond %{HTTP:X-Forwarded-Proto} =gopher\nRewriteRule ^/moved /static.txt [PT]\n"
        "CustomLog told.log \"%U %{X-Forwarded-For}i %{Via}i\"\n");
    options.modules.push_back("rewrite");
    httpd_server front(options);
    CHECK(ask(front, {"/moved", "GET", lies}).body == "from a file\n");
    CHECK(ask(front, {"/site", "GET", lies}).body == "ok");
    // A line is written after its response was sent, so two connections' lines come in either
    // order.
    const std::string moved = "/static.txt 192.0.2.1 -\n";
    const std::string site_line = "/site 192.0.2.1 -\n";
    std::string told;
    CHECK(eventually([&] {
        told = read_file(front.places().folder + "/told.log");
        return told.size() >= moved.size() + site_line.size();
    }));
    INFO(told);
    CHECK((told == moved + site_line || told == site_line + moved));
}

TEST_CASE("Connection takes away the client's own fields, and no other", "[operator_fields]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(with_directives(w, site,
                                       "RequestHeader set X-Remote-User alice\n"
                                       "RequestHeader set X-Early yes early\n"
                                       "RequestHeader set X-Forwarded-Proto wss\n"));
    const fields sent{{"Connection",
                       "keep-alive, X-Remote-User, X-Early, X-Own, X-Forwarded-Proto, "
                       "X-Forwarded-For, Host, Cookie, Authorization, "
                       "Content-Length, Content-Type, CDN-Loop, Via"},
                      {"X-Own", "hop"},
                      {"X-Early", "no"},
                      {"Cookie", "a=b"},
                      {"Authorization", "Bearer x"},
                      {"Content-Type", "text/x"},
                      {"Via", "1.0 outer"}};
    for (const bool has_one : {false, true}) {
        fields with = sent;
        if (has_one)
            with.emplace_back("X-Remote-User", "mallory");
        REQUIRE(ask(front, {"/", "POST", with, "body"}).status() == 200);
        const http_message seen = site.request(has_one ? 1 : 0).message;
        check(seen, {{"X-Remote-User", "alice"},
                     {"X-Early", "yes"},
                     {"X-Own", ""},
                     {"Host", "site.test"},
                     {"X-Forwarded-Proto", "wss"},
                     {"X-Forwarded-For", "::1"},
                     {"Cookie", "a=b"},
                     {"Authorization", "Bearer x"},
                     {"Content-Type", "text/x"}});
        CHECK(seen.value("Via").starts_with("1.0 outer, 1.1 v6front-"));
        CHECK(seen.body == "body");
    }
}

TEST_CASE("Via and X-Forwarded are sent as the operator will have it", "[operator_fields]")
{
    struct via_row {
        std::string name;
        std::string directives;
        std::string via;   // what the site's begins with; "": it has none
        bool forwarded;    // X-Forwarded-For is there
        bool in_responses; // Via is in the client's response
    };
    const way w = GENERATE(from_range(every_way()));
    const via_row r = GENERATE_COPY(values<via_row>({
        {"by default", "", "1.0 outer, ", true, true},
        {"unset", "RequestHeader unset Via", "", true, true},
        {"set", "RequestHeader set Via \"1.1 mine\"", "1.1 mine", true, true},
        {"V6FrontVia Off", "V6FrontVia Off", "1.0 outer", true, false},
        {"in a location", "<Location />\nV6FrontVia Off\n</Location>", "1.0 outer", true, false},
        {"On in a location", "V6FrontVia Off\n<Location />\nV6FrontVia On\n</Location>",
         "1.0 outer, ", true, true},
        {"V6FrontAddHeaders Off", "V6FrontAddHeaders Off", "1.0 outer", false, true},
    }));
    INFO(w << ", " << r.name);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(with_directives(w, site, r.directives));
    const http_message answer = ask(front, {"/", "GET", {{"Via", "1.0 outer"}}});
    const http_message seen = site.request(0).message;
    if (r.via.empty())
        CHECK_FALSE(seen.has("Via"));
    else if (r.via.ends_with(", "))
        CHECK(seen.value("Via").starts_with(r.via + (w.http2 ? "2.0" : "1.1") + " v6front-"));
    else
        CHECK(seen.value("Via") == r.via);
    CHECK(seen.has("X-Forwarded-For") == r.forwarded);
    CHECK(seen.has("X-Forwarded-Host") == r.forwarded);
    CHECK(seen.has("X-Forwarded-Server") == r.forwarded);
    CHECK(seen.has("X-Forwarded-Proto") == r.forwarded);
    CHECK(seen.value("CDN-Loop").starts_with("v6front-"));
    CHECK(answer.has("Via") == r.in_responses);
    // A second request, whose client says nothing of the kind.
    get(front, "/again");
    CHECK(site.request(1).message.has("Via") == (r.via.ends_with(", ") || r.via == "1.1 mine"));
}

TEST_CASE("A route has keys for them too", "[operator_fields]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(with_directives(w, site,
                                       "V6FrontPass /a " + site.url() + "a via=off\n" +
                                           "V6FrontPass /b " + site.url() + "b addheaders=off\n"));
    CHECK_FALSE(get(front, "/a").has("Via"));
    CHECK(get(front, "/b").has("Via"));
    CHECK_FALSE(site.request(0).message.has("Via"));
    CHECK(site.request(0).message.has("X-Forwarded-For"));
    CHECK_FALSE(site.request(1).message.has("Via"));
    CHECK_FALSE(site.request(1).message.has("X-Forwarded-For"));
}

// The front's own word is no sign of a loop where httpd makes a request of a request.
TEST_CASE("Via in requests that httpd makes of a request", "[operator_fields]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request& r) {
        return r.message.target() == "/page"
                   ? response("<!--#include virtual=\"/part\" -->", "Content-Type: text/html\r\n")
                   : response("part", {}, r.message.target() == "/part" ? "200 OK" : "404 No");
    });
    httpd_server front(with_directives(
        w, site,
        "V6FrontPass /dead http://127.0.0.1:" + std::to_string(free_port()) +
            "/\nErrorDocument 502 /part\nErrorDocument 403 /part\nRequestHeader set X-A b\n"
            "<Location /denied>\nRequire all denied\n</Location>\n"
            "<Location /page>\nOptions +Includes\nSetOutputFilter INCLUDES\n</Location>\n"));
    for (const char* target : {"/page", "/dead", "/denied"}) {
        INFO(target);
        CHECK(ask(front, {target, "GET", {{"Via", "1.0 outer"}}}).body == "part");
    }
    for (const auto& r : site.requests()) {
        const std::string via = r.message.value("Via");
        CHECK(via.starts_with("1.0 outer, "));
        CHECK(via.find("v6front") == via.rfind("v6front"));
        CHECK(r.message.value("X-Forwarded-For") == "::1");
    }
    CHECK(site.hits() == 4);
}

TEST_CASE("Two Cookie fields become one, divided as cookies are", "[operator_fields]")
{
    struct cookie_row {
        std::vector<std::string> sent;
        std::string seen;
    };
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const std::vector<cookie_row> cookie_rows{
        {{"a=1"}, "a=1"},
        {{"a=1", "b=2"}, "a=1; b=2"},
        {{"a=1; b=2", "c=3", "d=4; e=5"}, "a=1; b=2; c=3; d=4; e=5"},
        // A comma in a value is the value's.
        {{"a=1, 2"}, "a=1, 2"},
        {{"a=1, b=2"}, "a=1, b=2"},
        {{"when=Sat, 28-Nov-2026 1:00; a=1", "b=2"}, "when=Sat, 28-Nov-2026 1:00; a=1; b=2"},
        {{"a=1,2", "b=3,4"}, "a=1,2; b=3,4"},
    };
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(with_directives(w, site, ""));
    std::size_t hits = 0;
    for (const cookie_row& r : cookie_rows) {
        INFO(r.seen);
        fields sent;
        for (const auto& value : r.sent)
            sent.emplace_back("Cookie", value);
        REQUIRE(ask(front, {"/", "GET", sent}).status() == 200);
        CHECK(site.request(hits++).message.values("Cookie") == std::vector<std::string>{r.seen});
    }
}
