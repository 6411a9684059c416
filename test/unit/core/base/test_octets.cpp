// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/base/octets.hpp"

#include "mod_v6front/core/rules/settings.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("amounts of memory", "[octets]")
{
    CHECK(parse_octets("1") == 1);
    CHECK(parse_octets("65536") == 65536);
    CHECK(parse_octets("64K") == 65536);
    CHECK(parse_octets("1m") == 1048576);
    CHECK(parse_octets("1G") == 1073741824);
    for (const char* text : {"", "0", "0K", "-1", "1.5M", "1KB", "K", "2G", "1025M", "1 M", "x",
                             "99999999999999999999", "1073741825"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_octets(text).has_value());
    }
}

TEST_CASE("bufferbody is a setting of a route", "[octets]")
{
    exchange_settings s;
    set_option(s, "BufferBody=64K");
    CHECK(s.max_buffered == 65536);
    CHECK(resolve(merge({}, s), milliseconds(1)).max_buffered == 65536);
    CHECK(resolve({}, milliseconds(1)).max_buffered == 0);
    std::string said;
    try {
        set_option(s, "bufferbody=lots");
    } catch (const setting_error& e) {
        said = e.what();
    }
    CHECK(said.find("lots") != std::string::npos);
    CHECK(said.find("64K") != std::string::npos);
}
