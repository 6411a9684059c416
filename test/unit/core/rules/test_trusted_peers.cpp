// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/rules/setting_values.hpp"
#include "mod_v6front/core/rules/trusted_peers.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

bool trusts(const trusted_peers& peers, const char* address)
{
    return peers.contains(*parse_ip_address(address));
}

} // namespace

TEST_CASE("a trusted prefix is taken, or refused with what would be right", "[trust]")
{
    for (const char* good : {"192.0.2.1", "192.0.2.0/24", "0.0.0.0/0", "192.0.2.1/32", "::1",
                             "2001:db8::/32", "::/0", "::1/128", "::ffff:192.0.2.0/120"}) {
        CAPTURE(good);
        CHECK_NOTHROW(parse_prefix(good));
    }
    const std::string none =
        "is not an IP address or prefix such as 192.0.2.10, 192.0.2.0/24 or 2001:db8::/32";
    const std::string bits = "has bits set behind its prefix: write ";
    const std::string length = "has a prefix length that is not a number from 0 to ";
    const std::string plain = "must be without brackets, port and zone id: write ";
    struct row {
        const char* written;
        std::string says;
    };
    for (const row& r : std::vector<row>{
             {"192.0.2.1/24", bits + "192.0.2.0/24, or the address alone"},
             {"192.0.2.255/31", bits + "192.0.2.254/31, or the address alone"},
             {"10.1.0.0/8", bits + "10.0.0.0/8, or the address alone"},
             {"1.2.3.4/0", bits + "0.0.0.0/0, or the address alone"},
             {"2001:db8::1/64", bits + "2001:db8::/64, or the address alone"},
             {"2001:db8:8000::/32", bits + "2001:db8::/32, or the address alone"},
             {"2001:db8::3/127", bits + "2001:db8::2/127, or the address alone"},
             {"::ffff:192.0.2.1/120", bits + "192.0.2.0/24, or the address alone"},
             {"192.0.2.0/33", length + "32"},
             {"192.0.2.0/", length + "32"},
             {"192.0.2.0/-1", length + "32"},
             {"192.0.2.0/24 ", length + "32"},
             {"192.0.2.0/255.255.255.0", length + "32"},
             {"2001:db8::/129", length + "128"},
             {"2001:db8::/32/1", length + "128"},
             {"[2001:db8::1]", plain + "2001:db8::1"},
             {"[2001:db8::1]:443", plain + "2001:db8::1"},
             {"192.0.2.1:80", plain + "192.0.2.1"},
             {"fe80::1%eth0", plain + "fe80::1"},
             {"", none},
             {"/24", none},
             {"192.0.2", none},
             {"192.0.2.", none},
             {"lb.example.org", none},
             {"all", none},
             {"2001:db8::/32,2001:db9::/32", length + "128"},
         }) {
        CAPTURE(r.written);
        CHECK_THROWS_WITH(parse_prefix(r.written), "\"" + std::string(r.written) + "\" " + r.says);
    }
}

TEST_CASE("a peer is trusted if any line has it", "[trust]")
{
    trusted_peers peers;
    CHECK(peers.empty());
    CHECK_FALSE(trusts(peers, "::1"));
    for (const char* line : {"2001:db8:1::/48", "192.0.2.0/24", "::1", "192.0.2.0/24"})
        peers.add(parse_prefix(line));
    CHECK_FALSE(peers.empty());
    CHECK(trusts(peers, "::1"));
    CHECK(trusts(peers, "2001:db8:1:ffff::7"));
    CHECK(trusts(peers, "192.0.2.200"));
    CHECK(trusts(peers, "::ffff:192.0.2.200")); // as a socket for both families has it
    CHECK_FALSE(trusts(peers, "2001:db8:2::"));
    CHECK_FALSE(trusts(peers, "192.0.3.1"));
    CHECK_FALSE(trusts(peers, "::2"));
}
