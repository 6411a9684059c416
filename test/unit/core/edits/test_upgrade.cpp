// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/edits/upgrade.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

struct asked {
    const char* connection;
    const char* upgrade;
    const char* wanted;
};

request_view request_with(const field_list& fields)
{
    request_view r;
    r.method = "GET";
    r.version = "1.1";
    r.fields = fields;
    r.may_upgrade = true;
    return r;
}

} // namespace

TEST_CASE("an upgrade is what Upgrade names and Connection nominates", "[upgrade]")
{
    const std::vector<asked> rows{
        {"Upgrade", "websocket", "websocket"},
        {"keep-alive, upgrade", "WebSocket", "WebSocket"},
        {"keep-alive", "websocket", ""},
        {"", "websocket", ""},
        {"upgraded", "websocket", ""},
        {"\"upgrade\"", "websocket", ""},
        {"upgrade", "", ""},
        {"upgrade", "h2c", ""},
        {"upgrade", "h2c, websocket", "websocket"},
        {"upgrade", "H2, HTTP/1.1, http/3, TLS/1.2", ""},
        {"upgrade", "a/1, b", "a/1, b"},
        {"upgrade", " , ,x,", "x"},
        {"upgrade", "a b", ""},
        {"upgrade", "a/", ""},
        {"upgrade", "/a", ""},
        {"upgrade", "a/b/c", ""},
        {"upgrade", "a\r\nX: y", ""},
        {"upgrade", "h2c/1", ""},
    };
    for (const auto& row : rows) {
        INFO(row.connection << " | " << row.upgrade);
        const field_list fields{{"Connection", row.connection}, {"Upgrade", row.upgrade}};
        CHECK(wanted_upgrade(request_with(fields)) == row.wanted);
        std::string head;
        append_upgrade(head, request_with(fields));
        const std::string wanted = row.wanted;
        CHECK(head == (wanted.empty() ? "" : "Connection: Upgrade\r\nUpgrade: " + wanted + "\r\n"));
        request_view old = request_with(fields);
        old.version = "1.0";
        CHECK(wanted_upgrade(old).empty());
        request_view cannot = request_with(fields);
        cannot.may_upgrade = false;
        CHECK(wanted_upgrade(cannot).empty());
    }
}

TEST_CASE("a 101 answers an upgrade if it names what was asked for and nothing else", "[upgrade]")
{
    const field_list fields{{"Connection", "upgrade"}, {"Upgrade", "websocket, x/1, h2c"}};
    const auto request = request_with(fields);
    const std::vector<std::pair<const char*, bool>> rows{
        {"websocket", true},   {"WEBSOCKET", true}, {"x/1", true},  {"websocket, x/1", true},
        {"websocket,,", true}, {"x/2", false},      {"h2c", false}, {"websocket, h2c", false},
        {"", false},           {",", false},
    };
    for (const auto& [named, answers] : rows) {
        INFO(named);
        response_head head;
        head.status = 101;
        head.fields = {{"Connection", "Upgrade"}, {"Upgrade", named}};
        CHECK(answers_upgrade(request, head) == answers);
        CHECK_FALSE(answers_upgrade(request_with({}), head));
    }
    CHECK_FALSE(answers_upgrade(request, response_head{}));
}
