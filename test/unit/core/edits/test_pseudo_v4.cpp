// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/edits/client_claims.hpp"
#include "mod_v6front/core/edits/pseudo_v4.hpp"

#include "catch.hpp"

#include <limits>

using namespace v6front;

namespace
{

ip_address parsed_address(const char* text)
{
    const auto parsed = parse_ip_address(text);
    REQUIRE(parsed);
    return *parsed;
}

ip_prefix prefix(std::string_view text)
{
    return parse_nat64("nat64", text).front();
}

ip_prefix range(std::string_view text)
{
    return parse_pseudo_range("range", text);
}

std::string true_v4_text(const char* client, const std::vector<ip_prefix>& nat64)
{
    const auto found = true_v4(parsed_address(client), nat64);
    return found ? found->text() : "none";
}

} // namespace

TEST_CASE("a client that has an IPv4 address is that address", "[pseudo]")
{
    CHECK(true_v4_text("192.0.2.1", {}) == "192.0.2.1");
    CHECK(true_v4_text("::ffff:192.0.2.1", {}) == "192.0.2.1");
    CHECK(true_v4_text("::192.0.2.1", {}) == "none");
    CHECK(true_v4_text("2001:db8::1", {}) == "none");
    CHECK(true_v4_text("64:ff9b::192.0.2.1", {}) == "none");
}

// The examples of RFC 6052 2.4.
TEST_CASE("a client behind a NAT64 is the IPv4 address in its address", "[pseudo]")
{
    struct row {
        const char* prefix;
        const char* client;
        const char* v4;
    };
    for (const row& r : std::vector<row>{
             {"2001:db8::/32", "2001:db8:c000:221::", "192.0.2.33"},
             {"2001:db8:100::/40", "2001:db8:1c0:2:21::", "192.0.2.33"},
             {"2001:db8:122::/48", "2001:db8:122:c000:2:2100::", "192.0.2.33"},
             {"2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::", "192.0.2.33"},
             {"2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::", "192.0.2.33"},
             {"2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33", "192.0.2.33"},
             {"64:ff9b::/96", "64:ff9b::192.0.2.33", "192.0.2.33"},
             {"64:ff9b::/96", "64:ff9b::", "0.0.0.0"},
             {"64:ff9b::/96", "64:ff9b::ffff:ffff", "255.255.255.255"},
             // The suffix is for later use.
             {"2001:db8:122:344::/64", "2001:db8:122:344:c0:2:21ff:ffff", "192.0.2.33"},
             // Other prefixes; and bits 64 to 71, which are zero in such an address.
             {"64:ff9b::/96", "64:ff9b:1::192.0.2.33", "none"},
             {"64:ff9b::/96", "64:ff9b::1:192.0.2.33", "none"},
             {"2001:db8:122:344::/64", "2001:db8:122:344:1c0:2:2100::", "none"},
             {"2001:db8::/32", "2001:db8:c000:221:100::", "none"},
         }) {
        CAPTURE(r.prefix, r.client);
        CHECK(true_v4_text(r.client, {prefix(r.prefix)}) == r.v4);
        CHECK(true_v4_text(r.client, {prefix("2001:db9::/32"), prefix(r.prefix)}) == r.v4);
    }
}

TEST_CASE("a client's network is the first bits of its address", "[pseudo]")
{
    const auto network = [](const char* client, unsigned bits) {
        return ip_address{network_of(parsed_address(client), bits)}.text();
    };
    const char* client = "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff";
    CHECK(network(client, 64) == "2001:db8:ffff:ffff::");
    CHECK(network(client, 128) == client);
    CHECK(network(client, 127) == "2001:db8:ffff:ffff:ffff:ffff:ffff:fffe");
    CHECK(network(client, 65) == "2001:db8:ffff:ffff:8000::");
    CHECK(network(client, 63) == "2001:db8:ffff:fffe::");
    CHECK(network(client, 56) == "2001:db8:ffff:ff00::");
    CHECK(network(client, 48) == "2001:db8:ffff::");
    CHECK(network(client, 32) == "2001:db8::");
    CHECK(network("::1", 64) == "::");
}

TEST_CASE("a hash gives an address of the range, and never its first or last", "[pseudo]")
{
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    struct row {
        const char* range;
        std::uint64_t hash;
        const char* is;
    };
    for (const row& r : std::vector<row>{
             {"240.0.0.0/4", 0, "240.0.0.1"},
             {"240.0.0.0/4", 1, "240.0.0.2"},
             {"240.0.0.0/4", 0x0ffffffd, "255.255.255.254"},
             {"240.0.0.0/4", 0x0ffffffe, "240.0.0.1"},
             {"240.0.0.0/4", 0x0fffffff, "240.0.0.2"},
             {"240.0.0.0/4", most, "240.0.4.0"}, // 2^64 - 1 is 1023 modulo 2^28 - 2
             {"240.0.0.0/4", 0x0daa39d51eb5e75a, "243.253.34.53"},
             {"10.64.0.0/10", 0x0daa39d51eb5e75a, "10.71.250.223"},
             {"198.51.100.0/24", 0x0daa39d51eb5e75a, "198.51.100.243"},
             {"198.51.100.0/24", 253, "198.51.100.254"},
             {"198.51.100.0/24", 254, "198.51.100.1"},
         }) {
        CAPTURE(r.range, r.hash);
        CHECK(address_in(range(r.range), r.hash).text() == r.is);
    }
    for (std::uint64_t hash = 0; hash < 1000; ++hash) {
        const auto octet = address_in(range("198.51.100.0/24"), hash).octets[15];
        REQUIRE((octet != 0 && octet != 255));
    }
}

TEST_CASE("the fields that a site gets of it", "[pseudo]")
{
    const auto fields_of = [](field_list fields, pseudo_v4_mode mode, bool is_list,
                              pseudo_v4_texts texts) {
        add_pseudo_v4(fields, mode, texts, is_list);
        std::string out = is_list ? "list " : "";
        for (const auto& f : fields)
            out.append(f.name).append(": ").append(f.value).append("; ");
        return out;
    };
    const pseudo_v4_texts v6{"240.1.2.3", "2001:db8::1"};
    const pseudo_v4_texts v4{"192.0.2.1", "192.0.2.1"};
    const field_list chain{{"A", "b"}, {"x-forwarded-for", "203.0.113.9"}};
    using enum pseudo_v4_mode;
    CHECK(fields_of({}, off, false, v6).empty());
    CHECK(fields_of({}, add, false, v6) == "X-Pseudo-IPv4: 240.1.2.3; ");
    CHECK(fields_of({}, add, false, v4) == "X-Pseudo-IPv4: 192.0.2.1; ");
    CHECK(fields_of(chain, add, true, v6) ==
          "list A: b; x-forwarded-for: 203.0.113.9; X-Pseudo-IPv4: 240.1.2.3; ");
    CHECK(fields_of({}, overwrite, false, v6) ==
          "X-Forwarded-For: 240.1.2.3; X-Connecting-IPv6: 2001:db8::1; ");
    CHECK(fields_of(chain, overwrite, true, v6) ==
          "A: b; X-Forwarded-For: 240.1.2.3; X-Connecting-IPv6: 2001:db8::1; ");
    CHECK(fields_of({}, overwrite, false, v4).empty());
    CHECK(fields_of(chain, overwrite, true, v4) == "list A: b; x-forwarded-for: 203.0.113.9; ");
    // No element of it is an IPv6 address, whichever one the site reads.
    const field_list mixed{{"X-Forwarded-For", "2001:db8::2, 192.0.2.1"}};
    CHECK(fields_of(mixed, overwrite, true, v4) == "X-Forwarded-For: 192.0.2.1; ");
    CHECK(fields_of(mixed, overwrite, false, v4) == "X-Forwarded-For: 2001:db8::2, 192.0.2.1; ");
    CHECK(fields_of({{"X-Forwarded-For", "192.0.2.7"}, {"X-Forwarded-For", "2001:db8::1"}},
                    overwrite, true,
                    v6) == "X-Forwarded-For: 240.1.2.3; X-Connecting-IPv6: 2001:db8::1; ");
    // The operator has the last word.
    CHECK(fields_of(chain, overwrite, false, v6) ==
          "A: b; x-forwarded-for: 203.0.113.9; X-Connecting-IPv6: 2001:db8::1; ");
    CHECK(fields_of({{"x-pseudo-ipv4", "1.1.1.1"}}, add, false, v6) == "x-pseudo-ipv4: 1.1.1.1; ");
    CHECK(fields_of({{"x-connecting-ipv6", "::2"}}, overwrite, false, v6) ==
          "x-connecting-ipv6: ::2; X-Forwarded-For: 240.1.2.3; ");
}

TEST_CASE("no client is believed under these names", "[pseudo]")
{
    for (const auto name : {pseudo_v4_field, true_v6_field})
        CHECK(is_claim(name));
    CHECK(is_claim("x-pseudo-ipv4"));
    CHECK(is_claim("X-CONNECTING-IPV6"));
    CHECK_FALSE(is_claim("X-Pseudo-IPv6"));
    CHECK_FALSE(is_claim("X-Connecting-IP"));
}
