// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/decisions/repeat.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

constexpr attempt_progress died_in_pool{.pooled = true, .head_sent = true};

} // namespace

TEST_CASE("idempotent methods", "[repeat]")
{
    for (const char* method :
         {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PROPFIND", "REPORT", "SEARCH"}) {
        CAPTURE(method);
        CHECK(is_idempotent(method));
    }
    // Methods are case-sensitive (RFC 9110 9.1).
    for (const char* method :
         {"POST", "PATCH", "CONNECT", "LOCK", "MKCOL", "get", "Get", "GETX", "GE", "", "PURGE"}) {
        CAPTURE(method);
        CHECK_FALSE(is_idempotent(method));
    }
}

TEST_CASE("a pooled connection that died is tried again, if the method allows it", "[repeat]")
{
    for (const reason each : {reason::send_failed, reason::no_response}) {
        CHECK(may_retry(each, "GET", died_in_pool));
        CHECK(may_retry(each, "PUT", died_in_pool));
        CHECK_FALSE(may_retry(each, "POST", died_in_pool));
        CHECK_FALSE(may_retry(each, "PATCH", died_in_pool));
    }
}

TEST_CASE("where not a byte was sent, any method is tried again", "[repeat]")
{
    for (const bool pooled : {false, true}) {
        for (const char* method : {"GET", "POST", "PATCH"}) {
            CAPTURE(pooled, method);
            CHECK(may_retry(reason::send_failed, method, {.pooled = pooled}));
            CHECK(may_retry(reason::no_response, method, {.pooled = pooled}));
        }
    }
}

TEST_CASE("a new connection that died after the head was sent is not tried again", "[repeat]")
{
    CHECK_FALSE(may_retry(reason::no_response, "GET", {.head_sent = true}));
    CHECK_FALSE(may_retry(reason::send_failed, "GET", {.head_sent = true}));
}

TEST_CASE("where the backend has another address, that one is tried, if the method allows it",
          "[repeat]")
{
    const attempt_progress died_at_one{.elsewhere = true, .head_sent = true};
    for (const reason each : {reason::send_failed, reason::no_response}) {
        CHECK(may_retry(each, "GET", died_at_one));
        CHECK_FALSE(may_retry(each, "POST", died_at_one));
    }
    CHECK_FALSE(may_retry(reason::response_head_cut, "GET", died_at_one));
    CHECK_FALSE(may_retry(reason::no_response, "GET",
                          {.elsewhere = true, .head_sent = true, .response_seen = true}));
}

TEST_CASE("nothing is repeated once part of the response came or of the body is gone", "[repeat]")
{
    for (const bool sent : {false, true}) {
        CHECK_FALSE(may_retry(reason::no_response, "GET",
                              {.pooled = true, .head_sent = sent, .response_seen = true}));
        CHECK_FALSE(may_retry(reason::send_failed, "PUT",
                              {.pooled = true, .head_sent = sent, .body_gone = true}));
    }
}

TEST_CASE("attempts are bounded", "[repeat]")
{
    attempt_progress progress = died_in_pool;
    for (progress.attempts = 1; progress.attempts < max_attempts; ++progress.attempts)
        CHECK(may_retry(reason::no_response, "GET", progress));
    CHECK_FALSE(may_retry(reason::no_response, "GET", progress));
    ++progress.attempts;
    CHECK_FALSE(may_retry(reason::no_response, "GET", progress));
    CHECK_FALSE(may_retry(reason::send_failed, "GET", {.attempts = max_attempts}));
    CHECK(max_attempts == 3);
}

TEST_CASE("no other failure is repeated, whatever the progress", "[repeat]")
{
    for (int i = 0; i <= static_cast<int>(reason::internal); ++i) {
        const auto each = static_cast<reason>(i);
        if (each == reason::send_failed || each == reason::no_response)
            continue;
        CAPTURE(describe(each).words);
        CHECK_FALSE(may_retry(each, "GET", died_in_pool));
        CHECK_FALSE(may_retry(each, "GET", {.pooled = true}));
        CHECK_FALSE(may_retry(each, "GET", {}));
    }
}

TEST_CASE("a request whose body was not begun may be repeated, whatever its method", "[repeat]")
{
    const auto may = [](bool pooled, bool unsent) {
        return may_retry(reason::no_response, "POST",
                         {.pooled = pooled, .head_sent = true, .body_unsent = unsent});
    };
    CHECK(may(true, true));
    CHECK_FALSE(may(true, false));
    CHECK_FALSE(may(false, true));
}

TEST_CASE("what answers no request on a connection that had served", "[repeat]")
{
    struct row {
        std::string_view input;
        int status;
        bool stale;
    };
    for (const row& r : {row{"<html>", 0, true},
                         {"x", 0, true},
                         {"HTTPX", 0, true},
                         {"http/1.1 200 OK", 0, true},
                         {"", 0, false},
                         {"H", 0, false},
                         {"HTTP/", 0, false},
                         {"HTTP/1.1 2", 0, false}, // a head that is bad is an answer
                         {"<html>", 200, false},   // what follows a head is its body
                         {"", 408, true},
                         {"", 400, false},
                         {"", 503, false}}) {
        CAPTURE(r.input, r.status);
        CHECK(is_stale(r.input, r.status) == r.stale);
    }
}
