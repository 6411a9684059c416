// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/message/chunk_line_search.hpp"

#include "catch.hpp"

#include <ctime>
#include <string>
#include <utility>
#include <vector>

using namespace v6front;

TEST_CASE("a chunk's line is whole at its last octet, and not before", "[framing]")
{
    const std::vector<std::pair<std::string, std::string>> cases{
        {"5\r\n", "hello\r\n"},
        {"5\n", "hello\r\n"},
        {"5;name=value\r\n", "hello\r\n"},
        {"\r\n", "5\r\n"}, // behind a chunk's octets
        {"\n", "5\r\n"},
        {"05\r\n", "hello"},
        {"0x5\r\n", "hello"},
        {"garbage\r\n", "x"},
        {"0\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"},
        {"0\n\n", "x"},
        {"000;a=b\r\n\r\n", "x"},
        {"0 \r\n\r\n", "x"},
        {"0\r\nA: b\r\n\r\n", "x"},
        {"0\r\nA: \rb\r\nC: d\r\n\r\n", "0\r\n\r\n"},
        {"0\nA: b\n\r\n", "x"},
    };
    for (const auto& [line, more] : cases) {
        const auto all = line + more;
        chunk_line_search search; // the same one, whose bytes grow
        for (std::size_t n = 0; n <= all.size(); ++n) {
            CAPTURE(line, n);
            const auto so_far = std::string_view(all).substr(0, n);
            CHECK(chunk_line_search().ends_in(so_far) == (n >= line.size()));
            CHECK(search.ends_in(so_far) == (n >= line.size()));
            CHECK(search.ends_in(so_far) == (n >= line.size())); // asked again
        }
    }
}

TEST_CASE("a chunk's line or a trailer section without an end is left to its parser", "[framing]")
{
    for (const std::string beginning : {"5;name=", "0;name=", "0\r\nA: "}) {
        CAPTURE(beginning);
        CHECK_FALSE(chunk_line_search().ends_in(beginning + std::string(64000, 'a')));
        CHECK(chunk_line_search().ends_in(beginning + std::string(66000, 'a')));
    }
}

// Looked at anew for each octet, this would take most of a minute.
TEST_CASE("a long trailer section of short lines, octet by octet, is soon searched", "[framing]")
{
    std::string all = "0\r\n";
    while (all.size() < 65000)
        all += "a\n";
    chunk_line_search search;
    std::size_t ends = 0;
    const auto began = std::clock();
    for (std::size_t n = 0; n <= all.size(); ++n)
        ends += search.ends_in(std::string_view(all).substr(0, n));
    CHECK(std::clock() - began < 2 * CLOCKS_PER_SEC);
    CHECK(ends == 0);
    CHECK(search.ends_in(all + "\n"));
}
