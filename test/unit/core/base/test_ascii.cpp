// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/base/ascii.hpp"

#include "catch.hpp"

#include <string>
#include <vector>

using namespace v6front;

namespace
{

std::string all(bool (*is)(char) noexcept)
{
    std::string found;
    for (int c = 0; c < 256; ++c) {
        if (is(static_cast<char>(c)))
            found += static_cast<char>(c);
    }
    return found;
}

} // namespace

TEST_CASE("classes of octets, over all octets", "[ascii]")
{
    CHECK(all(is_digit) == "0123456789");
    CHECK(all(is_blank) == "\t ");
    CHECK(all(is_alnum) == "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    CHECK(all(is_path_char) == "!$&'()*+,-.0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
                               "abcdefghijklmnopqrstuvwxyz~");
}

TEST_CASE("hexadecimal digits", "[ascii]")
{
    const std::string digits = "0123456789abcdefABCDEF";
    for (int i = 0; i < 256; ++i) {
        const char c = static_cast<char>(i);
        const std::size_t at = digits.find(c);
        const int expected = at == std::string::npos ? -1 : static_cast<int>(at < 16 ? at : at - 6);
        CAPTURE(i);
        CHECK(hex_value(c) == expected);
    }
}

TEST_CASE("only the letters of ASCII have a lower case", "[ascii]")
{
    for (int i = 0; i < 256; ++i) {
        const char c = static_cast<char>(i);
        CHECK(lower(c) == (c >= 'A' && c <= 'Z' ? static_cast<char>(i + 32) : c));
    }
}

TEST_CASE("trim takes blanks from both ends only", "[ascii]")
{
    CHECK(trim("") == "");
    CHECK(trim(" \t ") == "");
    CHECK(trim("\t a b\t ") == "a b");
    CHECK(trim("\v\n") == "\v\n");
}

TEST_CASE("a list is taken apart at every comma", "[ascii]")
{
    std::string_view rest = " a , \"b,c\" ,, d";
    std::vector<std::string_view> elements;
    while (!rest.empty())
        elements.push_back(take_element(rest));
    CHECK(elements == std::vector<std::string_view>{"a", "\"b", "c\"", "", "d"});
    CHECK(take_element(rest).empty());
}
