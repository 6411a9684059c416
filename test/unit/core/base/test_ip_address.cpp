// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/base/ip_address.hpp"

#include "catch.hpp"

#include <arpa/inet.h>

#include <vector>

using namespace v6front;

TEST_CASE("an IP address is read in every plain notation, and written in one", "[ip_address]")
{
    struct row {
        const char* written;
        const char* text; // "": no address
    };
    for (const row& r : std::vector<row>{
             {"192.0.2.1", "192.0.2.1"},
             {"0.0.0.0", "0.0.0.0"},
             {"255.255.255.255", "255.255.255.255"},
             {"::ffff:192.0.2.1", "192.0.2.1"},
             {"::FFFF:c000:201", "192.0.2.1"},
             {"0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"},
             {"::", "::"},
             {"::1", "::1"},
             {"1::", "1::"},
             {"2001:db8::1", "2001:db8::1"},
             {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
             {"2001:0db8::0001", "2001:db8::1"},
             // The longest run of zeros, the first of two; never a single one (RFC 5952 4.2).
             {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
             {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
             {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
             {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
             {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
             {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
             {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
             {"::192.0.2.1", "::c000:201"},
             {"fe80::1", "fe80::1"},
             {"", ""},
             {"1", ""},
             {"1.2.3", ""},
             {"1.2.3.4.5", ""},
             {"1.2.3.256", ""},
             {"1.2.3.04", ""},
             {"1.2.3.", ""},
             {" 1.2.3.4", ""},
             {":", ""},
             {":::", ""},
             {"1::2::3", ""},
             {"1:2:3:4:5:6:7", ""},
             {"1:2:3:4:5:6:7:8:9", ""},
             {"1:2:3:4:5:6:7:8::", ""},
             {"::1:2:3:4:5:6:7:8", ""},
             {"1:2:3:4:5:6:7:", ""},
             {":1:2:3:4:5:6:7", ""},
             {"12345::", ""},
             {"::g", ""},
             {"::-1", ""},
             {"::+1", ""},
             {"::0x1", ""},
             {"192.0.2.1::", ""},
             {"::192.0.2.1:1", ""},
             {"1:2:3:4:5:6:7:192.0.2.1", ""},
             {"::ffff:192.0.2", ""},
             {"fe80::1%eth0", ""},
             {"[::1]", ""},
             {"::1/128", ""},
             {"localhost", ""},
         }) {
        CAPTURE(r.written);
        const auto address = parse_ip_address(r.written);
        CHECK((address ? address->text() : "") == r.text);
        // The system's own reader agrees on what is an address.
        in6_addr six{};
        in_addr four{};
        CHECK(address.has_value() == (inet_pton(AF_INET6, r.written, &six) == 1 ||
                                      inet_pton(AF_INET, r.written, &four) == 1));
        if (address && !address->is_v4())
            CHECK(std::equal(address->octets.begin(), address->octets.end(), six.s6_addr));
    }
}

TEST_CASE("a prefix has the addresses that begin as it does, of its own family", "[ip_address]")
{
    struct row {
        const char* first;
        unsigned length;
        const char* text;
        std::vector<const char*> inside;
        std::vector<const char*> outside;
    };
    for (const row& r : std::vector<row>{
             {"2001:db8::",
              32,
              "2001:db8::/32",
              {"2001:db8::", "2001:db8:ffff::1"},
              {"2001:db7:ffff::", "2001:db9::", "::1", "192.0.2.1"}},
             {"2001:db8::", 33, "2001:db8::/33", {"2001:db8:7fff::1"}, {"2001:db8:8000::"}},
             {"2001:db8::1", 128, "2001:db8::1", {"2001:db8::1"}, {"2001:db8::", "2001:db8::2"}},
             {"2001:db8::2",
              127,
              "2001:db8::2/127",
              {"2001:db8::2", "2001:db8::3"},
              {"2001:db8::1", "2001:db8::4"}},
             {"::", 0, "::/0", {"::", "ffff::", "2001:db8::1"}, {"192.0.2.1", "::ffff:0:0"}},
             {"192.0.2.0",
              120,
              "192.0.2.0/24",
              {"192.0.2.0", "192.0.2.255", "::ffff:192.0.2.7"},
              {"192.0.1.255", "192.0.3.0", "::192.0.2.1"}},
             {"192.0.2.8",
              125,
              "192.0.2.8/29",
              {"192.0.2.8", "192.0.2.15"},
              {"192.0.2.7", "192.0.2.16"}},
             {"0.0.0.0", 96, "0.0.0.0/0", {"0.0.0.0", "255.255.255.255"}, {"::", "::1"}},
             {"192.0.2.1", 128, "192.0.2.1", {"192.0.2.1"}, {"192.0.2.0", "192.0.2.2"}},
         }) {
        CAPTURE(r.text);
        const ip_prefix prefix{*parse_ip_address(r.first), r.length};
        CHECK(prefix.text() == r.text);
        for (const char* address : r.inside) {
            CAPTURE(address);
            CHECK(prefix.contains(*parse_ip_address(address)));
        }
        for (const char* address : r.outside) {
            CAPTURE(address);
            CHECK_FALSE(prefix.contains(*parse_ip_address(address)));
        }
        CHECK(without_host_bits(prefix).text() == r.text);
        CHECK(without_host_bits({*parse_ip_address(r.inside.back()), r.length}).text() == r.text);
    }
}

TEST_CASE("an IPv4 address is a number, and an IPv6 address where one is needed", "[ip_address]")
{
    struct row {
        std::uint32_t number;
        const char* text;
    };
    for (const row& r :
         {row{0xc0000201, "192.0.2.1"}, row{0, "0.0.0.0"}, row{0xffffffff, "255.255.255.255"}}) {
        CAPTURE(r.text);
        const auto address = v4_address(r.number);
        CHECK(address == *parse_ip_address(r.text));
        CHECK(address.v4_number() == r.number);
        CHECK(v4_text(r.number) == r.text);
        CHECK(address.mapped_text() == "::ffff:" + std::string(r.text));
    }
    CHECK(parse_ip_address("2001:db8::1")->mapped_text() == "2001:db8::1");
    CHECK(parse_ip_address("::fffe:1:2")->mapped_text() == "::fffe:1:2");
}
