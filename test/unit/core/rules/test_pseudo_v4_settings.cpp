// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/rules/pseudo_v4.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

pseudo_v4_rule with(std::string_view key_value)
{
    pseudo_v4_rule rule;
    set_option(rule, key_value);
    return rule;
}

std::string texts(const std::vector<ip_prefix>& all)
{
    std::string out;
    for (const auto& p : all)
        out += p.text() + " ";
    return out;
}

} // namespace

TEST_CASE("each key of V6FrontPseudoV4 is taken", "[pseudo][rows]")
{
    const pseudo_v4_rule none;
    CHECK(none.range.text() == "240.0.0.0/4");
    CHECK(none.prefix == 64);
    CHECK(none.nat64.empty());
    CHECK(with("key=a.key").key == "a.key");
    CHECK(with("RANGE=10.64.0.0/10").range.text() == "10.64.0.0/10");
    CHECK(with("range=240.0.0.0/4").range.text() == "240.0.0.0/4");
    for (const std::string around : {"96.0.0.0/4", "126.0.0.0/8", "128.0.0.0/8", "208.0.0.0/4"})
        CHECK(with("range=" + around).range.text() == around);
    CHECK(with("range=198.51.100.0/24").range.text() == "198.51.100.0/24");
    CHECK(with("prefix=32").prefix == 32);
    CHECK(with("prefix=128").prefix == 128);
    CHECK(texts(with("nat64=64:ff9b::/96").nat64) == "64:ff9b::/96 ");
    CHECK(texts(with("nat64=64:ff9b::/96,2001:db8::/32, 2001:db8:1:2::/64").nat64) ==
          "64:ff9b::/96 2001:db8::/32 2001:db8:1:2::/64 ");
    for (const std::string length : {"32", "40", "48", "56", "64", "96"})
        CHECK(texts(with("nat64=2001:db8::/" + length).nat64) == "2001:db8::/" + length + " ");
}

TEST_CASE("each key of V6FrontPseudoV4 is refused in its own words", "[pseudo][rows]")
{
    const std::string range = "must be an IPv4 network from /4 to /24, such as 240.0.0.0/4, and "
                              "not of loopback or multicast addresses";
    const std::string bits = "must be a number of bits from 32 to 128, such as 64";
    const std::string nat64 = "must be an IPv6 prefix of 32, 40, 48, 56, 64 or 96 bits (RFC 6052), "
                              "such as 64:ff9b::/96";
    const std::vector<std::pair<std::string, std::string>> rows{
        {"key=", "key=\"\" must be the name of a file, such as /etc/apache2/pseudo.key"},
        {"range=10.0.0.0/3",
         "range= \"10.0.0.0/3\" has bits set behind its prefix: write 0.0.0.0/3, "
         "or the address alone"},
        {"range=224.0.0.0/3", "range=\"224.0.0.0/3\" " + range},
        {"range=112.0.0.0/4", "range=\"112.0.0.0/4\" " + range},
        {"range=127.0.0.0/8", "range=\"127.0.0.0/8\" " + range},
        {"range=127.1.2.0/24", "range=\"127.1.2.0/24\" " + range},
        {"range=224.0.0.0/4", "range=\"224.0.0.0/4\" " + range},
        {"range=239.1.0.0/16", "range=\"239.1.0.0/16\" " + range},
        {"range=10.0.0.0/25", "range=\"10.0.0.0/25\" " + range},
        {"range=10.0.0.0", "range=\"10.0.0.0\" " + range},
        {"range=2001:db8::/32", "range=\"2001:db8::/32\" " + range},
        {"range=10.1.0.0/8", "range= \"10.1.0.0/8\" has bits set behind its prefix: write "
                             "10.0.0.0/8, or the address alone"},
        {"range=10.0.0.0/33",
         "range= \"10.0.0.0/33\" has a prefix length that is not a number from 0 to 32"},
        {"range=lan", "range= \"lan\" is not an IP address or prefix such as 192.0.2.10, "
                      "192.0.2.0/24 or 2001:db8::/32"},
        {"prefix=31", "prefix=\"31\" " + bits},
        {"prefix=129", "prefix=\"129\" " + bits},
        {"prefix=/64", "prefix=\"/64\" " + bits},
        {"prefix=", "prefix=\"\" " + bits},
        {"nat64=64:ff9b::/95", "nat64=\"64:ff9b::/95\" " + nat64},
        {"nat64=64:ff9b::", "nat64=\"64:ff9b::\" " + nat64},
        {"nat64=10.0.0.0/8", "nat64=\"10.0.0.0/8\" " + nat64},
        {"nat64=64:ff9b::1/96", "nat64= \"64:ff9b::1/96\" has bits set behind its prefix: write "
                                "64:ff9b::/96, or the address alone"},
        {"nat64=2001:db8:0:0:100::/96",
         "nat64=\"2001:db8:0:0:100::/96\" must be a prefix whose ninth octet is zero (RFC 6052)"},
        {"nat64=64:ff9b::/96,", "nat64=\"64:ff9b::/96,\" must be prefixes divided by commas"},
        {"nat64=", "nat64= \"\" is not an IP address or prefix such as 192.0.2.10, 192.0.2.0/24 "
                   "or 2001:db8::/32"},
        {"seed=1", "the key of \"seed=1\" must be one of key, range, prefix, nat64"},
        {"add", "\"add\" must be written key=value"},
    };
    for (const auto& [word, says] : rows) {
        CAPTURE(word);
        CHECK_THROWS_WITH(with(word), says);
    }
}

TEST_CASE("the modes of V6FrontPseudoV4", "[pseudo]")
{
    CHECK(parse_pseudo_v4_mode("Off") == pseudo_v4_mode::off);
    CHECK(parse_pseudo_v4_mode("add") == pseudo_v4_mode::add);
    CHECK(parse_pseudo_v4_mode("OVERWRITE") == pseudo_v4_mode::overwrite);
    CHECK_THROWS_WITH(parse_pseudo_v4_mode("on"),
                      "\"on\" must be \"off\", \"add\" or \"overwrite\"");
}

TEST_CASE("a key is 32 hexadecimal digits", "[pseudo]")
{
    const pseudo_v4_key expected{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xab, 0xcd, 0xef, 14, 255};
    const std::string digits = "000102030405060708090aABcdEF0eff";
    for (const auto& text : {digits, digits + "\n", digits + "\r\n", " \t" + digits + " \n\n"}) {
        CAPTURE(text);
        CHECK(parse_pseudo_v4_key(text, "f") == expected);
    }
    const std::string fix =
        "; a key is 32 hexadecimal digits, as from: (umask 077; openssl rand -hex 16 > f)";
    const std::vector<std::pair<std::string, std::string>> rows{
        {"", "is empty"},
        {" \n", "is empty"},
        {"0", "has 1 hexadecimal digits"},
        {digits.substr(1), "has 31 hexadecimal digits"},
        {digits + "0", "has 33 hexadecimal digits"},
        {digits + digits, "has 64 hexadecimal digits"},
        {"0x" + digits.substr(2), "has something else than hexadecimal digits"},
        {digits.substr(16) + "\n" + digits.substr(16),
         "has something else than hexadecimal digits"},
        {std::string(16, '\0'), "has something else than hexadecimal digits"},
        {"correct horse battery staple", "has something else than hexadecimal digits"},
    };
    for (const auto& [text, says] : rows) {
        CAPTURE(text);
        CHECK_THROWS_WITH(parse_pseudo_v4_key(text, "f"), "\"f\" " + says + fix);
    }
}
