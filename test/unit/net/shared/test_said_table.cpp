// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/shared/said_table.hpp"

#include "catch.hpp"
#include "mod_v6front/core/base/text_number.hpp"

#include <array>
#include <atomic>
#include <thread>
#include <vector>

using namespace v6front;
using namespace std::chrono_literals;

TEST_CASE("What was said last is known to all who share the memory", "[addresses]")
{
    std::vector<said_record> memory(64);
    said_table one{memory}, other{memory};
    CHECK(one.put(7, 100) == 0);
    CHECK(other.put(7, 100) == 100);
    CHECK(other.put(7, 200) == 100);
    CHECK(one.put(7, 200) == 200);
    CHECK(one.is_first(8));
    CHECK_FALSE(other.is_first(8));
    said_table alone{{}};
    CHECK(alone.put(7, 200) == 0);
}

TEST_CASE("Of all who come in a span of time one has the turn, and learns of the others",
          "[addresses]")
{
    std::vector<said_record> memory(64);
    said_table one{memory}, other{memory};
    const auto first = one.take_turn(3, 50, 1h);
    CHECK(first.mine);
    CHECK(first.count == 1);
    CHECK(first.most == 50);
    CHECK_FALSE(other.take_turn(3, 70, 1h).mine);
    CHECK_FALSE(one.take_turn(3, 60, 1h).mine);
    CHECK(other.take_turn(4, 1, 1h).mine); // another topic
    const auto next = other.take_turn(3, 10, 0ms);
    CHECK(next.mine);
    CHECK(next.count == 3);
    CHECK(next.most == 70);
    CHECK(one.take_turn(3, 10, 0ms).count == 1);
}

TEST_CASE("A table that is full has its last place for all that come", "[addresses]")
{
    std::vector<said_record> memory(4);
    said_table table{memory};
    for (std::uint64_t topic = 1; topic <= 4; ++topic)
        CHECK(table.put(topic, topic) == 0);
    for (std::uint64_t topic = 1; topic <= 4; ++topic)
        CHECK(table.put(topic, topic) == topic);
    table.put(99, 5);
    CHECK(table.put(98, 6) == 5);
}

TEST_CASE("One of several threads is the first", "[addresses]")
{
    std::vector<said_record> memory(64);
    said_table table{memory};
    for (std::uint64_t topic = 1; topic <= 50; ++topic) {
        std::atomic<int> firsts{0};
        std::vector<std::thread> all;
        for (int i = 0; i < 4; ++i)
            all.emplace_back([&] { firsts += table.is_first(topic) ? 1 : 0; });
        for (auto& each : all)
            each.join();
        CHECK(firsts == 1);
    }
}

TEST_CASE("Texts that differ have numbers that differ", "[text]")
{
    CHECK(text_number("") != 0);
    CHECK(text_number("site.test") == text_number(std::string("site.test")));
    CHECK(text_number("ab") != text_number("ba"));
    CHECK(text_number("a") != text_number(std::string_view("a\0", 2)));
}
