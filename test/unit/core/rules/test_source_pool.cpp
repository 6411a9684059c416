// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/rules/setting_values.hpp"
#include "mod_v6front/core/rules/source_pool.hpp"

#include "catch.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <map>
#include <string>

using namespace v6front;

namespace
{

ip_address address(const char* text)
{
    ip_address made;
    REQUIRE(inet_pton(AF_INET6, text, made.octets.data()) == 1);
    return made;
}

// The n-th /64 of a network, and a host in it.
ip_address client(std::uint32_t n, std::uint8_t host = 1)
{
    auto made = address("2001:db8::");
    for (std::size_t i = 0; i < 4; ++i)
        made.octets[4 + i] = static_cast<std::uint8_t>(n >> (24 - 8 * i));
    made.octets[15] = host;
    return made;
}

std::string networks_of(const source_pool& pool)
{
    std::string text;
    for (const auto& r : pool.ranges())
        text += v4_text(r.first) + "-" + v4_text(r.last) + " ";
    return text + std::to_string(pool.size());
}

} // namespace

TEST_CASE("addresses to connect from are written singly, as prefixes and as ranges", "[sources]")
{
    struct row {
        const char* written;
        const char* read;
    };
    const row rows[]{
        {"192.0.2.10", "192.0.2.10-192.0.2.10 1"},
        {"192.0.2.16/28", "192.0.2.16-192.0.2.31 16"},
        {"192.0.2.16-192.0.2.20", "192.0.2.16-192.0.2.20 5"},
        {"192.0.2.16-192.0.2.16", "192.0.2.16-192.0.2.16 1"},
        {"192.0.2.10/32", "192.0.2.10-192.0.2.10 1"},
        {"127.1.0.0/16", "127.1.0.0-127.1.255.255 65536"},
        {"192.0.2.40 192.0.2.10", "192.0.2.10-192.0.2.10 192.0.2.40-192.0.2.40 2"},
        {"192.0.2.40,192.0.2.16/28", "192.0.2.16-192.0.2.31 192.0.2.40-192.0.2.40 17"},
        {" 192.0.2.10,  192.0.2.11 ,", "192.0.2.10-192.0.2.10 192.0.2.11-192.0.2.11 2"},
        {"255.255.254.0/24", "255.255.254.0-255.255.254.255 256"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.written);
        CHECK(networks_of(*parse_source_pool({}, r.written)) == r.read);
    }
    CHECK(parse_source_pool({}, "off") == nullptr);
    CHECK(parse_source_pool({}, " OFF") == nullptr);
}

TEST_CASE("addresses to connect from that cannot be used are refused in words", "[sources]")
{
    const std::string right = "IPv4 addresses of this machine, such as 192.0.2.10, "
                              "192.0.2.16/28 or 192.0.2.16-192.0.2.31, or \"off\"";
    struct row {
        const char* written;
        std::string says;
    };
    const row rows[]{
        {"", "\"\" must be " + right},
        {" , ", "\" , \" must be " + right},
        {"192.0.2", "\"192.0.2\" must be " + right},
        {"192.0.2.010", "\"192.0.2.010\" must be " + right},
        {"192.0.2.1 off", "\"off\" must be " + right},
        {"2001:db8::1", "\"2001:db8::1\" must be " + right},
        {"localhost", "\"localhost\" must be " + right},
        {"192.0.2.1:80", "\"192.0.2.1:80\" must be " + right},
        {"192.0.2.16/", "\"192.0.2.16/\" must be " + right},
        {"192.0.2.16/33", "\"192.0.2.16/33\" must be " + right},
        {"192.0.2.16/255.255.255.240", "\"192.0.2.16/255.255.255.240\" must be " + right},
        {"192.0.2.1-", "\"192.0.2.1-\" must be " + right},
        {"192.0.2.1-5", "\"192.0.2.1-5\" must be " + right},
        {"192.0.2.17/28", "\"192.0.2.17/28\" must be the first address of its network: "
                          "\"192.0.2.16/28\", or \"192.0.2.17\" for this address alone"},
        {"192.0.2.9-192.0.2.1", "\"192.0.2.9-192.0.2.1\" must be the lower address first"},
        {"0.0.0.0", "\"0.0.0.0\" must be " + right},
        {"0.0.0.0-1.0.0.0", "\"0.0.0.0-1.0.0.0\" must be " + right},
        {"224.0.0.1", "\"224.0.0.1\" must be " + right},
        {"223.255.255.255-224.0.0.0", "\"223.255.255.255-224.0.0.0\" must be " + right},
        {"239.255.255.255", "\"239.255.255.255\" must be " + right},
        {"255.255.255.255", "\"255.255.255.255\" must be " + right},
        {"255.255.255.0/24", "\"255.255.255.0/24\" must be " + right},
        {"10.0.0.0/8", "\"10.0.0.0/8\" must be a prefix from /16 to /32: 65536 addresses at most"},
        {"0.0.0.0/0", "\"0.0.0.0/0\" must be a prefix from /16 to /32: 65536 addresses at most"},
        {"10.0.0.0-10.1.0.0", "\"10.0.0.0-10.1.0.0\" must be 65536 addresses at most"},
        {"10.1.0.0/16 10.2.0.0", "\"10.1.0.0/16 10.2.0.0\" must be 65536 addresses at most"},
        {"192.0.2.1 192.0.2.1", "has 192.0.2.1 twice in \"192.0.2.1 192.0.2.1\""},
        {"192.0.2.0/24 192.0.2.7", "has 192.0.2.7 twice in \"192.0.2.0/24 192.0.2.7\""},
    };
    for (const auto& r : rows) {
        CAPTURE(r.written);
        CHECK_THROWS_WITH(parse_source_pool({}, r.written), r.says);
    }
    CHECK_THROWS_WITH(parse_source_pool("bindv4", "x"), "bindv4=\"x\" must be " + right);
}

TEST_CASE("a client's address is found by its prefix, and is the same for ever", "[sources]")
{
    const auto pool = parse_source_pool({}, "192.0.2.16/28");
    // Of today; another release must not choose differently.
    struct row {
        const char* client;
        const char* source;
    };
    const row rows[]{
        {"2001:db8::1", "192.0.2.23"},
        {"2001:db8::ffff:1:2:3", "192.0.2.23"}, // the same /64
        {"2001:db8:0:1::1", "192.0.2.26"},
        {"::ffff:198.51.100.1", "192.0.2.16"},
        {"::ffff:198.51.100.2", "192.0.2.24"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.client);
        CHECK(v4_text(pool->choose(address(r.client))) == r.source);
    }
    const auto one = parse_source_pool({}, "192.0.2.9");
    for (std::uint32_t n = 0; n < 100; ++n)
        CHECK(v4_text(one->choose(client(n))) == "192.0.2.9");
}

TEST_CASE("clients are spread evenly over the addresses, however these are written", "[sources]")
{
    const char* pools[]{"192.0.2.16/28", "192.0.2.250-192.0.3.9", "192.0.2.1 10.0.0.0/29 10.9.9.9",
                        "192.0.2.16/29 192.0.2.99 192.0.2.200-192.0.2.201"};
    for (const char* written : pools) {
        CAPTURE(written);
        const auto pool = parse_source_pool({}, written);
        constexpr std::uint32_t each = 2000;
        std::map<std::uint32_t, unsigned> clients;
        for (std::uint32_t n = 0; n < each * pool->size(); ++n)
            ++clients[pool->choose(client(n))];
        CHECK(clients.size() == pool->size());
        // Five deviations of a binomial distribution: 2000 +- 224.
        for (const auto& [source, n] : clients) {
            CAPTURE(v4_text(source));
            CHECK(n > each - 224);
            CHECK(n < each + 224);
        }
    }
    // A large one: a client of every other address at most, and none outside.
    const auto large = parse_source_pool({}, "127.1.0.0/16");
    std::map<std::uint32_t, unsigned> clients;
    for (std::uint32_t n = 0; n < 2000; ++n) {
        const auto source = large->choose(client(n));
        CHECK(source >> 16 == 0x7f01);
        ++clients[source];
    }
    CHECK(clients.size() > 1900); // 2000 * (1 - 2000 / 131072) = 1969
}

TEST_CASE("where one of several /24 grows, few clients move", "[sources]")
{
    const auto before = parse_source_pool({}, "192.0.2.0/25 192.0.3.0/25");
    const auto after = parse_source_pool({}, "192.0.2.0/25 192.0.3.0-192.0.3.128");
    constexpr std::uint32_t all = 50000;
    unsigned moved = 0;
    for (std::uint32_t n = 0; n < all; ++n)
        moved += before->choose(client(n)) != after->choose(client(n));
    CHECK(moved > all / 257 / 2);
    CHECK(moved < 3 * all / 257);
}

TEST_CASE("an address that is added takes from all others, and moves nobody between those",
          "[sources]")
{
    struct row {
        const char* before;
        const char* after;
        double share; // of all clients, that move
    };
    const row rows[]{
        {"192.0.2.1-192.0.2.9", "192.0.2.1-192.0.2.10", 1 / 10.0},
        {"192.0.2.16/28", "192.0.2.16/28 192.0.2.99", 1 / 17.0},
        {"192.0.2.0/24", "192.0.2.0/24 198.51.100.1", 1 / 257.0},
        {"192.0.2.0/25", "192.0.2.0/25 192.0.3.0/25", 1 / 2.0},
    };
    constexpr std::uint32_t all = 20000;
    for (const auto& r : rows) {
        CAPTURE(r.before, r.after);
        const auto before = parse_source_pool({}, r.before);
        const auto after = parse_source_pool({}, r.after);
        unsigned moved = 0;
        for (std::uint32_t n = 0; n < all; ++n) {
            const auto was = before->choose(client(n)), now = after->choose(client(n));
            if (was == now)
                continue;
            ++moved;
            const auto is_old = [now](const auto& range) {
                return range.first <= now && now <= range.last;
            };
            CHECK(std::none_of(before->ranges().begin(), before->ranges().end(), is_old));
        }
        CHECK(moved > 0.8 * r.share * all);
        CHECK(moved < 1.25 * r.share * all);
    }
}
