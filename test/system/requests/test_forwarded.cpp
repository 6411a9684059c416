// SPDX-License-Identifier: Apache-2.0
//
// What the site is told of the client, and by whom: V6FrontAddHeaders and V6FrontTrust.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "text_lines.hpp"
#include "user_agent.hpp"

#include <algorithm>
#include <map>

using namespace v6front;

namespace
{

using fields = std::vector<std::pair<std::string, std::string>>;

struct forwarded_row {
    std::string name;
    std::string outside;    // directives of the main server
    std::string directives; // of the virtual host
    fields sent;            // what the peer says
    std::map<std::string, std::string>
        seen; // by the site; "": it is not there; "an id": one of ours
};

const fields claims{{"X-Forwarded-For", "192.0.2.1"},   {"X-Forwarded-Host", "a.test"},
                    {"X-Forwarded-Server", "lb.test"},  {"X-Forwarded-Proto", "gopher"},
                    {"X-Forwarded-Port", "70"},         {"Forwarded", "for=192.0.2.1"},
                    {"X-Request-ID", "made-by-a-peer"}, {"Proxy", "http://evil.test/"}};

const std::string all_of_them = "V6FrontAddHeaders +X-Forwarded-Port +Forwarded +X-Request-ID\n";
const std::string ours = R"(for="[::1]";by="[::1]";host=site.test;proto=SCHEME)";

const std::vector<forwarded_row>& forwarded_rows()
{
    static const std::vector<forwarded_row> all{
        {"by default",
         "",
         "",
         claims,
         {{"X-Forwarded-For", "::1"},
          {"X-Forwarded-Host", "site.test"},
          {"X-Forwarded-Server", "site.test"},
          {"X-Forwarded-Proto", "SCHEME"},
          {"X-Forwarded-Port", ""},
          {"Forwarded", ""},
          {"X-Request-ID", "made-by-a-peer"},
          {"Proxy", ""}}},
        {"all of them",
         "",
         all_of_them,
         claims,
         {{"X-Forwarded-For", "::1"},
          {"X-Forwarded-Host", "site.test"},
          {"X-Forwarded-Server", "site.test"},
          {"X-Forwarded-Proto", "SCHEME"},
          {"X-Forwarded-Port", "PORT"},
          {"Forwarded", ours},
          {"X-Request-ID", "an id"},
          {"Proxy", ""}}},
        {"none of them",
         "",
         "V6FrontAddHeaders Off\n",
         claims,
         {{"X-Forwarded-For", ""},
          {"X-Forwarded-Host", ""},
          {"X-Forwarded-Server", ""},
          {"X-Forwarded-Proto", ""},
          {"X-Forwarded-Port", ""},
          {"Forwarded", ""},
          {"Via", ""},
          {"Proxy", ""}}},
        {"only these",
         "",
         "V6FrontAddHeaders Forwarded Via\n",
         claims,
         {{"X-Forwarded-For", ""}, {"X-Forwarded-Proto", ""}, {"Forwarded", ours}}},
        {"changed twice",
         "V6FrontAddHeaders +Forwarded\n",
         "V6FrontAddHeaders +X-Forwarded-Port -X-Forwarded-Server\n"
         "<Location />\nV6FrontAddHeaders -X-Forwarded-Proto\n</Location>\n",
         {},
         {{"X-Forwarded-For", "::1"},
          {"X-Forwarded-Server", ""},
          {"X-Forwarded-Proto", ""},
          {"X-Forwarded-Port", "PORT"},
          {"Forwarded", ours}}},
        {"of a trusted peer",
         "",
         "V6FrontTrust ::1\n" + all_of_them,
         claims,
         {{"X-Forwarded-For", "192.0.2.1, ::1"},
          {"X-Forwarded-Host", "a.test"},
          {"X-Forwarded-Server", "lb.test, site.test"},
          {"X-Forwarded-Proto", "gopher"},
          {"X-Forwarded-Port", "70"},
          {"Forwarded", "for=192.0.2.1, " + ours},
          {"X-Request-ID", "made-by-a-peer"},
          {"Proxy", ""}}},
        {"of a trusted peer with ports, brackets, zones and mapped addresses",
         "",
         "V6FrontTrust ::1\n",
         {{"X-Forwarded-For",
           "192.0.2.1:1234, [2001:db8::1]:443, fe80::1%eth0, ::ffff:192.0.2.2, unknown"}},
         {{"X-Forwarded-For", "192.0.2.1, 2001:db8::1, fe80::1, 192.0.2.2, unknown, ::1"}}},
        {"of a trusted peer that says nothing",
         "",
         "V6FrontTrust ::1\n" + all_of_them,
         {},
         {{"X-Forwarded-For", "::1"},
          {"X-Forwarded-Host", "site.test"},
          {"X-Forwarded-Proto", "SCHEME"},
          {"X-Forwarded-Port", "PORT"},
          {"Forwarded", ours},
          {"X-Request-ID", "an id"}}},
        {"of a trusted peer, where the front adds nothing",
         "",
         "V6FrontTrust ::1\nV6FrontAddHeaders Off\n",
         claims,
         {{"X-Forwarded-For", "192.0.2.1"},
          {"X-Forwarded-Server", "lb.test"},
          {"X-Forwarded-Port", "70"},
          {"Forwarded", "for=192.0.2.1"},
          {"Proxy", ""}}},
        {"of one that another line trusts",
         "",
         "V6FrontTrust 192.0.2.0/24 192.0.2.0/24\nV6FrontTrust 2001:db8::/32 ::/127\n",
         claims,
         {{"X-Forwarded-For", "192.0.2.1, ::1"}, {"X-Forwarded-Proto", "gopher"}}},
        {"of one that no line trusts",
         "",
         "V6FrontTrust 192.0.2.0/24 ::2\n",
         claims,
         {{"X-Forwarded-For", "::1"}, {"X-Forwarded-Proto", "SCHEME"}, {"Forwarded", ""}}},
        {"of one that the main server trusts",
         "V6FrontTrust ::1\n",
         "",
         claims,
         {{"X-Forwarded-For", "192.0.2.1, ::1"}}},
        {"of one that the virtual host does not",
         "V6FrontTrust ::1\n",
         "V6FrontTrust ::2\n",
         claims,
         {{"X-Forwarded-For", "::1"}}},
        {"what cannot be read of a trusted peer",
         "",
         "V6FrontTrust ::1\n" + all_of_them,
         {{"Forwarded", "for=\"192.0.2.1"}, {"X-Request-ID", "two words"}},
         {{"Forwarded", ours}, {"X-Request-ID", "an id"}}},
        {"an id that is too long",
         "",
         "V6FrontTrust ::1\n" + all_of_them,
         {{"X-Request-ID", std::string(129, 'a')}},
         {{"X-Request-ID", "an id"}}},
        // The operator's word stays, whoever the peer is.
        {"set by the operator",
         "",
         "V6FrontTrust ::1\nRequestHeader set X-Forwarded-For 192.0.2.7\n"
         "RequestHeader set Forwarded for=192.0.2.7\nRequestHeader set X-Request-ID mine\n"
         "RequestHeader set X-Forwarded-Port 443\n" +
             all_of_them,
         claims,
         {{"X-Forwarded-For", "192.0.2.7"},
          {"Forwarded", "for=192.0.2.7"},
          {"X-Request-ID", "mine"},
          {"X-Forwarded-Port", "443"}}},
        {"appended to by the operator",
         "",
         "V6FrontTrust ::1\nRequestHeader append X-Forwarded-For 192.0.2.7\n",
         claims,
         {{"X-Forwarded-For", "192.0.2.1, 192.0.2.7"}}},
        {"appended to a lie",
         "",
         "RequestHeader append Forwarded for=192.0.2.7\n",
         claims,
         {{"Forwarded", "for=192.0.2.7"}}},
        // mod_remoteip says who the client is, the TCP connection who is trusted.
        {"mod_remoteip, and no trust",
         "",
         "RemoteIPHeader X-Client\nRemoteIPInternalProxy ::1\n" + all_of_them,
         {{"X-Client", "2001:db8::7"}, {"X-Forwarded-For", "192.0.2.1"}, {"Forwarded", "for=a"}},
         {{"X-Forwarded-For", "2001:db8::7"},
          {"Forwarded", R"(for="[2001:db8::7]";by="[::1]";host=site.test;proto=SCHEME)"}}},
        {"mod_remoteip, and trust",
         "",
         "V6FrontTrust ::1\nRemoteIPHeader X-Client\nRemoteIPInternalProxy ::1\n",
         {{"X-Client", "2001:db8::7"}, {"X-Forwarded-For", "192.0.2.1"}},
         {{"X-Forwarded-For", "192.0.2.1, 2001:db8::7"}}},
        {"mod_remoteip, and trust in the client that it found",
         "",
         "V6FrontTrust 2001:db8::7\nRemoteIPHeader X-Client\nRemoteIPInternalProxy ::1\n",
         {{"X-Client", "2001:db8::7"}, {"X-Forwarded-For", "192.0.2.1"}},
         {{"X-Forwarded-For", "2001:db8::7"}}},
        {"mod_remoteip has found the last of the list",
         "",
         "V6FrontTrust ::1\nRemoteIPHeader X-Client\nRemoteIPInternalProxy ::1\n",
         {{"X-Client", "2001:db8::7"}, {"X-Forwarded-For", "192.0.2.1, 2001:db8::7"}},
         {{"X-Forwarded-For", "192.0.2.1, 2001:db8::7"}}},
        {"mod_remoteip has taken the end of the list",
         "",
         "V6FrontTrust ::1\nRemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy ::1\n",
         {{"X-Forwarded-For", "192.0.2.1, 2001:db8::7"}},
         {{"X-Forwarded-For", "192.0.2.1, 2001:db8::7"}}},
        {"mod_remoteip has found an IPv4 client",
         "",
         "RemoteIPHeader X-Client\nRemoteIPInternalProxy ::1\nV6FrontAddHeaders +Forwarded\n",
         {{"X-Client", "::ffff:192.0.2.9"}},
         {{"X-Forwarded-For", "192.0.2.9"},
          {"Forwarded", R"(for=192.0.2.9;by="[::1]";host=site.test;proto=SCHEME)"}}},
        {"in all the forms of a trusted peer",
         "",
         "V6FrontTrust ::1\n",
         {{"X-Forwarded-For",
           R"("[2001:db8::1]:80", 192.0.2.2:81,, fe80::1%eth0, ::ffff:c000:203, unknown)"}},
         {{"X-Forwarded-For", "2001:db8::1, 192.0.2.2, fe80::1, 192.0.2.3, unknown, ::1"}}},
        {"a trusted peer that says nothing in it",
         "",
         "V6FrontTrust ::1\nV6FrontAddHeaders +Forwarded\n",
         {{"X-Forwarded-For", ""}, {"Forwarded", ""}},
         {{"X-Forwarded-For", "::1"}, {"Forwarded", ours}}},
        {"an id in a CGI program's spelling",
         "",
         "V6FrontAddHeaders +X-Request-ID\n",
         {{"X_Request_ID", "evil"}, {"X-Request_ID", "evil"}},
         {{"X-Request-ID", "an id"}, {"X_Request_ID", ""}, {"X-Request_ID", ""}}},
    };
    return all;
}

bool is_own_id(const std::string& text)
{
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

void check(const http_message& seen, const forwarded_row& r, const httpd_server& front)
{
    for (const auto& [name, value] : r.seen) {
        INFO(name);
        if (value == "an id") {
            CHECK(is_own_id(seen.value(name)));
            continue;
        }
        std::vector<std::string> values;
        if (!value.empty()) {
            values.push_back(
                replaced(replaced(value, "SCHEME", front.options().tls ? "https" : "http"), "PORT",
                         std::to_string(front.port())));
        }
        CHECK(seen.values(name) == values);
    }
    CHECK(seen.value("CDN-Loop").starts_with("v6front-"));
}

httpd_options with_modules(httpd_options options)
{
    options.modules = {"headers", "remoteip"};
    return options;
}

void check_row(const way& w, const forwarded_row& r)
{
    INFO(w << ", " << r.name);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options =
        with_modules(options_for(w, "V6FrontPass / " + site.url() + "\n" + r.directives));
    options.global = r.outside;
    httpd_server front(options);
    REQUIRE(ask(front, {"/", "GET", r.sent}).status() == 200);
    check(site.request(0).message, r, front);
}

} // namespace

TEST_CASE("The site is told what the operator wants of the client, and no lie", "[forwarded]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    check_row(w, GENERATE(from_range(forwarded_rows())));
}

TEST_CASE("All that a front can say of the client is the same in every way", "[forwarded]")
{
    const way w = GENERATE(from_range(every_way()));
    const std::string name = GENERATE("all of them", "of a trusted peer");
    check_row(w, *std::find_if(forwarded_rows().begin(), forwarded_rows().end(),
                               [&name](const forwarded_row& r) { return r.name == name; }));
}

TEST_CASE("A route changes what its virtual host adds", "[forwarded]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(
        options_for(w, "V6FrontAddHeaders +X-Forwarded-Port\nV6FrontPass /a " + site.url() +
                           "a addheaders=+forwarded,-x-forwarded-for\nV6FrontPass /b " +
                           site.url() + "b addheaders=X-Forwarded-Proto\n"));
    get(front, "/a");
    get(front, "/b");
    const http_message a = site.request(0).message;
    CHECK(a.has("Forwarded"));
    CHECK(a.has("X-Forwarded-Port"));
    CHECK(a.has("X-Forwarded-Host"));
    CHECK_FALSE(a.has("X-Forwarded-For"));
    CHECK(a.has("Via"));
    const http_message b = site.request(1).message;
    CHECK(b.has("X-Forwarded-Proto"));
    for (const char* name : {"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Server",
                             "X-Forwarded-Port", "Forwarded", "Via", "X-Request-ID"}) {
        INFO(name);
        CHECK_FALSE(b.has(name));
    }
}

TEST_CASE("Trust in everyone is warned of", "[forwarded]")
{
    const std::string prefix = GENERATE("::/0", "0.0.0.0/0");
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(every_way().front(), "V6FrontPass / " + site.url());
    options.global = "V6FrontTrust " + prefix; // the virtual host inherits it
    const httpd_server front(options);
    const std::string log = front.error_log();
    const auto said = log.find("V6F0250: V6FrontTrust " + prefix + " trusts every client");
    REQUIRE(said != std::string::npos);
    CHECK(log.find("V6F0250", said + 1) == std::string::npos); // once
}

TEST_CASE("A prefix with bits behind it stops the start, with the right one", "[forwarded]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(every_way().front(), "V6FrontPass / " + site.url() + "\n" +
                                                                 "V6FrontTrust ::1 192.0.2.1/24\n");
    const command_result said = configtest(options);
    CHECK(said.code != 0);
    CHECK_THAT(said.output,
               ContainsSubstring("V6FrontTrust: \"192.0.2.1/24\" has bits set behind its prefix: "
                                 "write 192.0.2.0/24, or the address alone"));
}
