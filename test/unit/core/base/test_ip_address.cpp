// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/base/ip_address.hpp"

#include "catch.hpp"

#include <arpa/inet.h>

using namespace v6front;

TEST_CASE("an address is written as RFC 5952 says", "[ip_address]")
{
    struct row {
        const char* read; // as inet_pton takes it
        const char* written;
        bool ipv4 = false;
    };
    const row rows[]{
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"2001:db8:0:0:0:0:0:1", "2001:db8::1"},
        {"2001:DB8::A", "2001:db8::a"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},    // the first of two
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},          // the longer of two
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, // one alone is written out
        {"0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"},           //
        {"0:0:2:3:4:5:6:7", "::2:3:4:5:6:7"},             // at the beginning
        {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},             // at the end
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",       //
         "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},      //
        {"fe80::1", "fe80::1"},                           // its zone is nobody else's
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1", true},   //
        {"::ffff:255.255.255.255", "::ffff:255.255.255.255", true},
        {"::ffff:0.0.0.0", "::ffff:0.0.0.0", true},
        {"64:ff9b::192.0.2.1", "64:ff9b::c000:201"}, // NAT64 is IPv6
        {"::fffe:1:2", "::fffe:1:2"},
        {"::1:ffff:c000:201", "::1:ffff:c000:201"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.read);
        ip_address a;
        REQUIRE(inet_pton(AF_INET6, r.read, a.octets.data()) == 1);
        CHECK(a.ipv6_text() == r.written);
        CHECK(a.is_ipv4() == r.ipv4);
        if (r.ipv4)
            CHECK(ip_address::ipv4(a.as_ipv4()) == a);
    }
    CHECK(ipv4_text(0xc0000201) == "192.0.2.1");
    CHECK(ipv4_text(0) == "0.0.0.0");
    CHECK(ipv4_text(0xffffffff) == "255.255.255.255");
}
