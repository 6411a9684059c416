// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/message/fields.hpp"

#include "catch.hpp"

#include <string>

using namespace v6front;
using namespace std::string_literals;

TEST_CASE("names are compared without case, in ASCII only", "[fields]")
{
    CHECK(iequals("", ""));
    CHECK(iequals("Content-Length", "cONTENT-lENGTH"));
    CHECK(iequals("AZ", "az"));
    CHECK_FALSE(iequals("a", ""));
    CHECK_FALSE(iequals("host", "hosts"));
    CHECK_FALSE(iequals("host", "most"));
    // Octets that differ in the same bit as letters do, but are none.
    CHECK_FALSE(iequals("@", "`"));
    CHECK_FALSE(iequals("[", "{"));
    CHECK_FALSE(iequals("\xC4", "\xE4"));
    CHECK(iequals("\xC4", "\xC4"));
}

TEST_CASE("a list contains an element", "[fields]")
{
    const std::string_view list =
        GENERATE(as<std::string_view>{}, "close", "CLOSE", " close ", "a,close", "a , close",
                 "\tclose\t,b", "close;q=1", "close ; q=1", ",,close,", "a;x=\"1\",close",
                 "a;x=\"b\\\"\",close", "a;x=\"open, close", "\"\\, close");
    CAPTURE(list);
    CHECK(list_contains(list, "close"));
}

TEST_CASE("a list does not contain what only looks like an element", "[fields]")
{
    const std::string_view list = GENERATE(
        as<std::string_view>{}, "", ",", " ", "closed", "xclose", "clos", "clo se", "a;close",
        "a;x=close", "a;x=\"b, close, c\"", "a;x=\"\\\", close, \"", "\"close\"", "close close");
    CAPTURE(list);
    CHECK_FALSE(list_contains(list, "close"));
}

TEST_CASE("an empty element is not an element", "[fields]")
{
    CHECK_FALSE(list_contains("", ""));
    CHECK_FALSE(list_contains("a,,b", ""));
    CHECK_FALSE(list_contains(";q=1", ""));
}

TEST_CASE("find gives the first field of a name", "[fields]")
{
    const field_list fields{{"A", "1"}, {"b", "2"}, {"B", "3"}};
    REQUIRE(find(fields, "B"));
    CHECK(find(fields, "B")->value == "2");
    CHECK(find(fields, "a") == &fields[0]);
    CHECK(find(fields, "c") == nullptr);
    CHECK(find({}, "a") == nullptr);
}

TEST_CASE("hop-by-hop fields", "[fields]")
{
    for (const char* name :
         {"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate",
          "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings",
          "connection", "KEEP-ALIVE", "te", "tRAILER", "http2-settings"}) {
        CAPTURE(name);
        CHECK(is_hop_by_hop(name));
    }
    for (const char* name : {"", "Host", "T", "TX", "Trailers", "Upgrades", "Content-Length", "Via",
                             "Authorization", "WWW-Authenticate", "Connectio", "Keep-Alike",
                             "Proxy-Connectiom", "Transfer-Encodinh", "Proxy-Authenticatf"}) {
        CAPTURE(name);
        CHECK_FALSE(is_hop_by_hop(name));
    }
}

TEST_CASE("any Connection field can nominate", "[fields]")
{
    const field_list fields{
        {"connection", "close"}, {"X-A", "1"}, {"CONNECTION", "x-a, X-B"}, {"Accept", "x-c"}};
    CHECK(is_nominated(fields, "close"));
    CHECK(is_nominated(fields, "X-A"));
    CHECK(is_nominated(fields, "x-b"));
    CHECK_FALSE(is_nominated(fields, "x-c"));
    CHECK_FALSE(is_nominated(fields, "Connection"));
    CHECK_FALSE(is_nominated({}, "x-a"));
}

TEST_CASE("only a Connection field with another word than close or keep-alive nominates",
          "[fields]")
{
    CHECK_FALSE(has_nominations({}));
    CHECK_FALSE(has_nominations(field_list{{"Accept", "x"}}));
    CHECK_FALSE(has_nominations(field_list{{"Connection", "Keep-Alive"}}));
    CHECK_FALSE(has_nominations(field_list{{"connection", "close"}, {"Connection", "close"}}));
    CHECK(has_nominations(field_list{{"Connection", "close, x"}}));
    CHECK(has_nominations(field_list{{"Connection", "close"}, {"CONNECTION", "x"}}));
    CHECK(has_nominations(field_list{{"Connection", "keep-alive, close"}}));
}

TEST_CASE("text with a line end or NUL anywhere is not one line", "[fields]")
{
    CHECK(is_one_line(""));
    for (std::size_t size = 1; size < 40; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            std::string text(size, 'x');
            // Neighbours of the three that matter, obs-text and other controls are no line ends.
            for (const char c : {'\t', '\x01', '\x0b', '\x0c', '\x0e', '\x7f', '\x80', '\x8d',
                                 '\x8a', '\xff', ' '}) {
                text[at] = c;
                REQUIRE(is_one_line(text));
            }
            for (const char c : {'\r', '\n', '\0'}) {
                text[at] = c;
                REQUIRE_FALSE(is_one_line(text));
            }
        }
    }
    CHECK_FALSE(is_one_line("\t\t\t\t\t\t\t\t\t\t\n"));
}
