// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/base/numbers.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("whole numbers are digits, and fit", "[numbers]")
{
    struct number {
        const char* text;
        std::optional<unsigned> is;
    };
    for (const auto& [text, is] : std::initializer_list<number>{{"0", 0},
                                                                {"7", 7},
                                                                {"007", 7},
                                                                {"4294967295", 4294967295},
                                                                {"0000000000000000000012", 12},
                                                                {"4294967296", {}},
                                                                {"99999999999999999999", {}},
                                                                {"", {}},
                                                                {"-1", {}},
                                                                {"+1", {}},
                                                                {" 1", {}},
                                                                {"1 ", {}},
                                                                {"1.5", {}},
                                                                {"0x10", {}},
                                                                {"1k", {}},
                                                                {"x", {}}}) {
        CAPTURE(text);
        CHECK(parse_number<unsigned>(text) == is);
    }
}

TEST_CASE("a number may have to be in a range", "[numbers]")
{
    CHECK(parse_number<unsigned>("1", 1, 64) == 1U);
    CHECK(parse_number<unsigned>("64", 1, 64) == 64U);
    CHECK_FALSE(parse_number<unsigned>("0", 1, 64));
    CHECK_FALSE(parse_number<unsigned>("65", 1, 64));
    CHECK(parse_number<std::uint8_t>("255") == std::uint8_t{255});
    CHECK_FALSE(parse_number<std::uint8_t>("256"));
    CHECK(parse_number<std::uint16_t>("65535", 1) == std::uint16_t{65535});
    CHECK_FALSE(parse_number<std::uint16_t>("65536", 1));
    CHECK_FALSE(parse_number<std::uint16_t>("0", 1));
}

TEST_CASE("a number is taken off what it begins", "[numbers]")
{
    std::string_view rest = "12min";
    CHECK(take_number<unsigned>(rest) == 12U);
    CHECK(rest == "min");
    CHECK_FALSE(take_number<unsigned>(rest));
    CHECK(rest == "min");
    rest = "99999999999 ms";
    CHECK_FALSE(take_number<unsigned>(rest));
    CHECK(rest == "99999999999 ms");
}
