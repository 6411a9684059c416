// SPDX-License-Identifier: Apache-2.0
//
// mod_reqtimeout's limits: how they are written, and how one body is held to its own.
#include "mod_v6front/core/decisions/read_time.hpp"

#include "catch.hpp"

using namespace v6front;
using namespace std::chrono_literals;

TEST_CASE("What RequestReadTimeout says of bodies", "[read_time]")
{
    struct row {
        const char* word;
        std::optional<read_time> means;
    };
    const std::vector<row> rows{
        {"body=5", read_time{5s, 0s, 0}},
        {"body=0", read_time{0s, 0s, 0}},
        {"BODY=10,MinRate=500", read_time{10s, 0s, 500}},
        {"body=20-40,minrate=1", read_time{20s, 40s, 1}},
        {"header=20-40,MinRate=500", std::nullopt},
        {"handshake=5", std::nullopt},
        {"body", std::nullopt},
        {"body=", std::nullopt},
        {"body=x", std::nullopt},
        {"body=5x", std::nullopt},
        {"body=5-10", std::nullopt},
        {"body=5,MinRate=", std::nullopt},
        {"body=-5", std::nullopt},
    };
    for (const row& r : rows) {
        INFO(r.word);
        CHECK(parse_read_time(r.word, "body") == r.means);
    }
}

TEST_CASE("The time that a head has", "[read_time]")
{
    CHECK(parse_read_time("Header=20-40,MinRate=500", "header") == read_time{20s, 40s, 500});
    CHECK(parse_read_time("headers=5", "header") == std::nullopt);
    const read_time rule{20s, 40s, 500};
    CHECK(rule.allowed(0) == 20s);
    CHECK(rule.allowed(1'250) == 22'500ms);
    CHECK(rule.allowed(1'000'000) == 40s);
    CHECK(read_time{0s, 0s, 500}.allowed(5) == std::nullopt);
}

TEST_CASE("The time that a body has left", "[read_time]")
{
    struct row {
        read_time rule;
        std::chrono::milliseconds waited;
        std::uint64_t octets;
        std::optional<std::chrono::milliseconds> left;
    };
    const std::vector<row> rows{
        {{0s, 0s, 0}, 100s, 5, std::nullopt},
        {{5s, 0s, 0}, 0s, 0, 5s},
        {{5s, 0s, 0}, 4s, 1'000'000'000, 1s}, // absolute: octets bring nothing
        {{5s, 0s, 0}, 6s, 0, -1s},
        {{5s, 0s, 500}, 6s, 750, 500ms},
        {{5s, 8s, 500}, 6s, 1'000'000, 2s},
        {{5s, 0s, 1}, 6s, 1'000'000'000'000, 1'000'000'000s - 1s},
    };
    for (const row& r : rows) {
        body_account account(r.rule);
        account.waited(r.waited / 2);
        account.received(r.octets / 2);
        account.received(r.octets - r.octets / 2);
        account.waited(r.waited - r.waited / 2);
        const auto left = account.left();
        CHECK(left.has_value() == r.left.has_value());
        if (left && r.left)
            CHECK(*left == *r.left);
    }
}
