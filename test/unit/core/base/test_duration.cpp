// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/base/duration.hpp"

#include "catch.hpp"

#include <utility>

using namespace v6front;

TEST_CASE("durations as httpd writes them", "[duration]")
{
    const std::pair<const char*, long long> good[] = {
        {"3", 3000},
        {"3s", 3000},
        {"500ms", 500},
        {"2min", 120000},
        {"1h", 3600000},
        {"3S", 3000},
        {"1MS", 1},
        {"2Min", 120000},
        {"1H", 3600000},
        {"007", 7000},
        {"1ms", 1},
        {"24h", 86400000},
        {"1440min", 86400000},
        {"86400", 86400000},
        {"86400000ms", 86400000},
    };
    for (const auto& [text, expected] : good) {
        CAPTURE(text);
        const auto parsed = parse_duration(text);
        REQUIRE(parsed);
        CHECK(parsed->count() == expected);
    }
}

TEST_CASE("all else is no duration", "[duration]")
{
    for (const char* text : {"",
                             "0",
                             "0ms",
                             "0s",
                             "0h",
                             "s",
                             "ms",
                             "h",
                             "min",
                             "-1",
                             "+1",
                             " 1",
                             "1 ",
                             "1 s",
                             "1.5",
                             "1.5s",
                             "1e3",
                             "0x10",
                             "3sec",
                             "3m",
                             "3d",
                             "3us",
                             "3mss",
                             "3hh",
                             "1h30min",
                             "25h",
                             "1441min",
                             "86401",
                             "86400001ms",
                             "18446744073709551617",
                             "9223372036854775808",
                             "99999999999999999999999999h",
                             "three",
                             "3,5"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text));
    }
    CHECK_FALSE(parse_duration(std::string_view("3\0", 2)));
}
