// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/base/rendezvous.hpp"

#include "catch.hpp"

#include <algorithm>
#include <map>
#include <vector>

using namespace v6front;

namespace
{

// The /64 of a customer; neighbours differ in their last bits alone.
std::uint64_t customer(unsigned n)
{
    return 0x20010db800000000u + n;
}

std::uint64_t node_of(std::uint64_t client, const std::vector<std::uint64_t>& nodes)
{
    return *std::max_element(nodes.begin(), nodes.end(), [client](auto a, auto b) {
        return rendezvous_score(client, a) < rendezvous_score(client, b);
    });
}

// Addresses of a site: neighbours as well, with the port behind.
std::vector<std::uint64_t> addresses(unsigned n)
{
    std::vector<std::uint64_t> all;
    for (unsigned i = 0; i < n; ++i)
        all.push_back((std::uint64_t{0xc0000200u} + i) << 16 | 80);
    return all;
}

constexpr unsigned clients = 30000;

} // namespace

TEST_CASE("clients are spread evenly over nodes, though both are neighbours", "[rendezvous]")
{
    for (const unsigned n : {2u, 3u, 5u, 16u}) {
        CAPTURE(n);
        const auto nodes = addresses(n);
        std::map<std::uint64_t, unsigned> share;
        for (unsigned c = 0; c < clients; ++c)
            ++share[node_of(customer(c), nodes)];
        CHECK(share.size() == n);
        // Five standard deviations of a fair draw.
        const double fair = double{clients} / n;
        const double bound = 5 * std::sqrt(fair * (1 - 1.0 / n));
        for (const auto& [node, got] : share) {
            CAPTURE(node, got);
            CHECK(std::abs(got - fair) < bound);
        }
    }
}

TEST_CASE("a node that goes takes no client along but its own, and they spread", "[rendezvous]")
{
    const auto all = addresses(5);
    auto fewer = all;
    fewer.erase(fewer.begin() + 2);
    std::map<std::uint64_t, unsigned> moved_to;
    unsigned of_it = 0;
    for (unsigned c = 0; c < clients; ++c) {
        const auto before = node_of(customer(c), all), after = node_of(customer(c), fewer);
        if (before != all[2]) {
            REQUIRE(after == before);
            continue;
        }
        ++of_it;
        ++moved_to[after];
    }
    CHECK(moved_to.size() == 4);
    for (const auto& [node, got] : moved_to) {
        CAPTURE(node, got, of_it);
        CHECK(std::abs(got - of_it / 4.0) < 5 * std::sqrt(of_it * 0.25 * 0.75));
    }
}

TEST_CASE("the function is fixed: it agrees between versions, machines and fronts", "[rendezvous]")
{
    // The first of splitmix64's numbers for the seed 0, and for 1.
    CHECK(mixed(0) == 0xe220a8397b1dcdafu);
    CHECK(mixed(1) == 0x910a2dec89025cc1u);
    static_assert(rendezvous_score(1, 2) == mixed(mixed(1) ^ mixed(2)));
}

TEST_CASE("what stays the same of a client's address", "[rendezvous]")
{
    using octets = std::array<std::uint8_t, 16>;
    struct row {
        octets address;
        std::uint64_t prefix;
    };
    const row rows[]{
        {{0x20, 1, 0xd, 0xb8, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3}, 0x20010db800010002},
        {{0x20, 1, 0xd, 0xb8, 0, 1, 0, 2, 9, 9, 9, 9, 9, 9, 9, 9}, 0x20010db800010002},
        {{0x20, 1, 0xd, 0xb8, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 3}, 0x20010db800010003},
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1}, 0xc0000201},
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 2}, 0xc0000202},
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 0}, // ::1
    };
    for (const auto& r : rows)
        CHECK(client_prefix(r.address) == r.prefix);
}
