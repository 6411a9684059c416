// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/findings/missing_sources.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("addresses that are missing are added by the operator's own ranges", "[findings]")
{
    struct row {
        const char* pool;
        std::uint32_t there; // one address that the machine has
        const char* says;
    };
    constexpr std::uint32_t none = 0, first = 0xcb007110; // 203.0.113.16
    const row rows[]{
        {"203.0.113.16", first, ""},
        {"203.0.113.16", none, "have 203.0.113.16, 1 of 1 addresses: "},
        {"203.0.113.16", none,
         "Add what is missing (\"ip address add 203.0.113.16/32 dev lo\"), or"},
        {"203.0.113.16/28", none, "have 203.0.113.16, 203.0.113.17, 203.0.113.18, ..., 16 of 16 "},
        {"203.0.113.16/28", none, "(\"ip route add local 203.0.113.16/28 dev lo\"), or correct"},
        {"203.0.113.16/28", first, "(\"ip route add local 203.0.113.16/28 dev lo\"), or correct"},
        {"203.0.113.16/31", first, "(\"ip address add 203.0.113.17/32 dev lo\"), or correct"},
        {"203.0.113.5-203.0.113.8", none,
         "(\"ip address add 203.0.113.5/32 dev lo\", \"ip route add local 203.0.113.6/31 dev lo\" "
         "and \"ip address add 203.0.113.8/32 dev lo\")"},
        {"203.0.113.16 198.51.100.0/24", first, "(\"ip route add local 198.51.100.0/24 dev lo\")"},
        {"192.0.2.1,192.0.2.3,192.0.2.5,192.0.2.7,192.0.2.9,192.0.2.11,192.0.2.13,192.0.2.15,"
         "192.0.2.17",
         none, "\"ip address add 192.0.2.15/32 dev lo\", and so on), or"},
    };
    for (const row& r : rows) {
        INFO(r.pool);
        const auto said = missing_sources(*parse_source_pool({}, r.pool),
                                          [&r](std::uint32_t a) { return a == r.there; });
        CHECK(said.empty() == std::string(r.says).empty());
        CHECK_THAT(said, ContainsSubstring(r.says));
    }
}
