// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/edits/client_claims.hpp"
#include "mod_v6front/core/edits/request_head.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

// The text of a head for these, between Host and CDN-Loop, with "::1" as the client's address.
std::string sent_on(const field_list& fields, bool chain = false, bool forwarded = true,
                    bool via = true)
{
    const auto address = static_cast<std::uint16_t>(added_header::address);
    const request_view request{
        .method = "GET",
        .target = "/",
        .host = "h",
        .scheme = "http",
        .version = "1.1",
        .client_address = "::1",
        .server_name = "s",
        .fields = fields,
        .adds = forwarded ? added_headers{} : only(static_cast<std::uint16_t>(added_header::via)),
        .extends = chain ? address : std::uint16_t{},
        .adds_via = via};
    std::string out;
    append_request_head(out, request, {}, {"b", true, "me"});
    const std::size_t begin = out.find("\r\nHost: h\r\n") + 11;
    return out.substr(begin, out.find("CDN-Loop: me\r\n") - begin);
}

struct row {
    const char* name;
    field_list sent;  // by the client
    field_list hooks; // set by them, in the place of the client's of that name
    bool behind_proxy;
    field_list left;
    bool is_chain;
};

} // namespace

TEST_CASE("What is the client's word and what is a hook's", "[client_claims]")
{
    const std::vector<row> rows{
        {"nothing said",
         {},
         {{"X-Forwarded-Proto", "https"}},
         false,
         {{"X-Forwarded-Proto", "https"}},
         false},
        {"claims",
         {{"x-forwarded-for", "a"}, {"X-Forwarded-Port", "1"}, {"PROXY", "p"}, {"A", "1"}},
         {},
         false,
         {{"A", "1"}},
         false},
        {"set over a claim",
         {{"X-Forwarded-Proto", "a"}},
         {{"x-forwarded-proto", "b"}},
         false,
         {{"x-forwarded-proto", "b"}},
         false},
        {"set to the same",
         {{"X-Forwarded-Proto", "a"}},
         {{"X-Forwarded-Proto", "a"}},
         false,
         {{"X-Forwarded-Proto", "a"}},
         false},
        {"appended to a claim",
         {{"X-Forwarded-For", "a, b"}},
         {{"X-Forwarded-For", "a, b, c, d"}},
         true,
         {{"X-Forwarded-For", "c, d"}},
         false},
        {"like one, but longer",
         {{"X-Forwarded-Host", "a"}},
         {{"X-Forwarded-Host", "ab"}},
         false,
         {{"X-Forwarded-Host", "ab"}},
         false},
        {"the rest of a chain",
         {{"X-Forwarded-For", "a, b, c"}},
         {{"X-Forwarded-For", "a, b"}},
         true,
         {{"X-Forwarded-For", "a, b"}},
         true},
        {"the rest of a chain, of which nobody knows",
         {{"X-Forwarded-For", "a, b, c"}},
         {{"X-Forwarded-For", "a, b"}},
         false,
         {{"X-Forwarded-For", "a, b"}},
         false},
        {"another chain",
         {{"X-Forwarded-For", "a, b"}},
         {{"X-Forwarded-For", "c"}},
         true,
         {{"X-Forwarded-For", "c"}},
         false},
        {"only one of its kind is a chain",
         {{"X-Forwarded-Host", "a, b"}},
         {{"X-Forwarded-Host", "a"}},
         true,
         {{"X-Forwarded-Host", "a"}},
         false},
        {"nominated",
         {{"Connection", "X-A, close"}, {"X-A", "1"}, {"X-B", "2"}},
         {},
         false,
         {{"Connection", "X-A, close"}, {"X-B", "2"}},
         false},
        {"nominated and set",
         {{"Connection", "X-A"}, {"X-A", "1"}},
         {{"X-A", "2"}},
         false,
         {{"Connection", "X-A"}, {"X-A", "2"}},
         false},
        {"nominated, for every recipient",
         {{"Connection", "Cookie, Host"}, {"Cookie", "1"}, {"Host", "h"}},
         {},
         false,
         {{"Connection", "Cookie, Host"}, {"Cookie", "1"}, {"Host", "h"}},
         false},
        {"nominated, for us",
         {{"Connection", "Upgrade, TE"}, {"Upgrade", "x"}, {"TE", "trailers"}},
         {},
         false,
         {{"Connection", "Upgrade, TE"}, {"Upgrade", "x"}, {"TE", "trailers"}},
         false},
        {"nominated by a hook",
         {{"X-A", "1"}},
         {{"Connection", "X-A"}},
         false,
         {{"X-A", "1"}, {"Connection", "X-A"}},
         false},
    };
    for (const row& r : rows) {
        INFO(r.name);
        // A text that a hook has set lies elsewhere, though it may say the same.
        std::vector<std::string> texts;
        texts.reserve(r.hooks.size());
        field_list now = r.sent;
        for (const field& set : r.hooks) {
            texts.emplace_back(set.value);
            std::erase_if(now, [&](const field& f) { return iequals(f.name, set.name); });
            now.push_back({set.name, texts.back()});
        }
        const std::uint16_t lists =
            drop_client_claims(now, r.sent, {.behind_proxy = r.behind_proxy});
        CHECK(lists == (r.is_chain ? static_cast<std::uint16_t>(added_header::address) : 0));
        REQUIRE(now.size() == r.left.size());
        for (std::size_t i = 0; i < now.size(); ++i) {
            CHECK(now[i].name == r.left[i].name);
            CHECK(now[i].value == r.left[i].value);
        }
    }
}

TEST_CASE("The front adds what nobody has said", "[client_claims]")
{
    const std::string via = "Via: 1.1 me\r\n";
    CHECK(sent_on({}) == "X-Forwarded-For: ::1\r\nX-Forwarded-Host: h\r\n"
                         "X-Forwarded-Server: s\r\nX-Forwarded-Proto: http\r\n" +
                             via);
    CHECK(sent_on({{"x-forwarded-for", "a"}, {"X-Forwarded-Proto", "b"}}) ==
          "x-forwarded-for: a\r\nX-Forwarded-Proto: b\r\nX-Forwarded-Host: h\r\n"
          "X-Forwarded-Server: s\r\n" +
              via);
    CHECK(
        sent_on({{"X-Forwarded-Server", "a"}, {"X-Forwarded-Host", "b"}, {"X-Forwarded-For", "c"}},
                true) == "X-Forwarded-Server: a\r\nX-Forwarded-Host: b\r\n"
                         "X-Forwarded-For: c, ::1\r\nX-Forwarded-Proto: http\r\n" +
                             via);
    CHECK(sent_on({{"X-Forwarded-For", "c"}}, true, false) == "X-Forwarded-For: c\r\n" + via);
    CHECK(sent_on({{"Via", "1.0 a"}, {"Via", "1.0 b"}}, false, false, false) ==
          "Via: 1.0 a, 1.0 b\r\n");
    CHECK(sent_on({}, false, false, false).empty());
}

TEST_CASE("Cookies are divided where one begins", "[client_claims]")
{
    struct cookie_row {
        const char* joined;
        const char* divided;
    };
    for (const cookie_row& r :
         std::vector<cookie_row>{{"", ""},
                                 {"a=1", "a=1"},
                                 {"a=1, b=2", "a=1; b=2"},
                                 {"a=1; b=2, c=3; d=4, e=", "a=1; b=2; c=3; d=4; e="},
                                 {"a=x,y, b=2", "a=x,y; b=2"},
                                 {"a=Sat, 28-Nov 1:00, b=2", "a=Sat, 28-Nov 1:00; b=2"},
                                 {"a=Smith, John", "a=Smith, John"},
                                 {"a=1, =2, , b", "a=1, =2, , b"}}) {
        CHECK(divide_cookies(r.joined) == r.divided);
    }
}

TEST_CASE("What is said of one response is not said of its pieces", "[client_claims]")
{
    for (const char* name : {"Range", "if-range", "If-Match", "If-None-Match", "If-Modified-Since",
                             "If-Unmodified-Since", "ACCEPT-ENCODING"})
        CHECK(is_about_whole_response(name));
    for (const char* name : {"Accept", "Cookie", "If", "Ranges", ""})
        CHECK_FALSE(is_about_whole_response(name));
}

TEST_CASE("a claim is one in each spelling that CGI takes for it", "[claims]")
{
    for (const char* name :
         {"X-Forwarded-For", "x_forwarded_for", "X.Forwarded~For", "X_Forwarded-Host",
          "X!Forwarded!Port", "X_Forwarded_Proto", "X_Forwarded_Server", "X_Pseudo_IPv4",
          "X_Request_ID", "X-Request_ID", "X_Connecting_IPv6", "Proxy", "Forwarded"}) {
        CAPTURE(name);
        CHECK(is_claim(name));
    }
    for (const char* name : {"XaForwarded-For", "X_Forwarded_Fox", "X_Forwarded_For_", "Proxies"}) {
        CAPTURE(name);
        CHECK_FALSE(is_claim(name));
    }
}
