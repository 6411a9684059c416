// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/message/head_search.hpp"

#include "catch.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace v6front;

TEST_CASE("a head is whole at its last octet, and not before", "[head]")
{
    const std::vector<std::pair<std::string, std::string>> cases{
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "and a body\r\n\r\n"},
        {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"},
        {"GET / HTTP/1.1\nHost: a\n\n", "x"},
        {"GET / HTTP/1.1\nHost: a\n\r\n", "x"},
        {"GET / HTTP/1.1\r\nHost: a\r\n\n", "x"},
        {"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "x"},
        {"\n\nGET / HTTP/1.0\r\n\r\n", "x"},
        {"GET / HTTP/1.1\r\nA: b\r\n c\r\n\td\r\n\r\n", "x"},
        {"GET / HTTP/1.1\r\nA: \rb\r\n\r\n", "x"},
        {"GET /\r\n", "\r\n"}, // HTTP/0.9
        {"GET /\n", "x"},
        {"garbage\r\n", "x"},
        {"PRI * HTTP/2.0\r\n\r\n", "SM\r\n\r\n"},
    };
    for (const auto& [head, more] : cases) {
        const auto all = head + more;
        for (std::size_t n = 0; n <= all.size(); ++n) {
            CAPTURE(head, n);
            CHECK(head_search().ends_in(std::string_view(all).substr(0, n)) == (n >= head.size()));
        }
        head_search search; // the same one, whose bytes grow
        for (std::size_t n = 0; n <= all.size(); ++n) {
            CAPTURE(head, n);
            const auto so_far = std::string_view(all).substr(0, n);
            CHECK(search.ends_in(so_far) == (n >= head.size()));
            CHECK(search.ends_in(so_far) == (n >= head.size())); // asked again
        }
    }
}

TEST_CASE("empty lines before a request are counted", "[head]")
{
    CHECK(leading_empty_lines("") == 0);
    CHECK(leading_empty_lines("GET") == 0);
    CHECK(leading_empty_lines("\r\nGET\r\n") == 2);
    CHECK(leading_empty_lines("\n\r\n\nGET") == 4);
    CHECK(leading_empty_lines("\r\n\r\n") == 4);
    CHECK_FALSE(head_search().ends_in("\r\n\r\n\r\n"));
}

TEST_CASE("leading empty lines may go while the head is searched", "[head]")
{
    const std::string all = "\r\n\r\nGET / HTTP/1.1\r\nA: b\r\n\r\n";
    head_search search;
    std::size_t gone = 0;
    for (std::size_t n = 0; n <= all.size(); ++n) {
        CAPTURE(n);
        auto so_far = std::string_view(all).substr(gone, n - gone);
        CHECK(search.ends_in(so_far) == (n == all.size()));
        gone += leading_empty_lines(so_far);
    }
}

// Looked at anew for each octet, this would take minutes.
TEST_CASE("a long head of short lines, octet by octet, is soon searched", "[head]")
{
    std::string all = "GET / HTTP/1.1\n";
    while (all.size() < 400000)
        all += "a\n";
    head_search search;
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t n = 0; n <= all.size(); ++n)
        REQUIRE_FALSE(search.ends_in(std::string_view(all).substr(0, n)));
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(10));
    CHECK(search.ends_in(all + "\n"));
}
