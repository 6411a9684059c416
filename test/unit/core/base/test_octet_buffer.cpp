// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/base/octet_buffer.hpp"

#include "catch.hpp"

#include <cstring>
#include <string>

using namespace v6front;

namespace
{

void put(octet_buffer& b, std::string_view text, std::size_t capacity)
{
    while (!text.empty()) {
        const auto room = b.room(capacity);
        REQUIRE(!room.empty());
        const auto n = std::min(room.size(), text.size());
        std::memcpy(room.data(), text.data(), n);
        b.fill(n);
        text.remove_prefix(n);
    }
}

} // namespace

TEST_CASE("a buffer keeps what is not consumed, and grows when it is full of that", "[buffer]")
{
    octet_buffer b;
    CHECK(b.empty());
    CHECK(b.capacity() == 0);
    CHECK_FALSE(b.is_full());
    put(b, "abcdefgh", 8);
    CHECK(b.bytes() == "abcdefgh");
    CHECK(b.is_full());
    b.consume(3);
    const auto* before = b.bytes().data();
    CHECK(b.room(8).size() == 3); // what is held moved to the front
    CHECK(b.bytes() == "defgh");
    CHECK(b.bytes().data() == before - 3);
    put(b, "ijkl", 8);
    CHECK(b.bytes() == "defghijkl");
    CHECK(b.capacity() == 16);
}

TEST_CASE("what is held does not move while there is room after it", "[buffer]")
{
    octet_buffer b;
    put(b, "abcd", 8);
    b.consume(2);
    const auto* before = b.bytes().data();
    CHECK(b.room(8).size() == 4);
    CHECK(b.bytes().data() == before);
    b.compact();
    CHECK(b.bytes() == "cd");
    CHECK(b.room(8).size() == 6);
    CHECK(b.room(20).size() == 18); // as much as is asked for
    CHECK(b.bytes() == "cd");
    b.consume(2);
    CHECK(b.room(1).size() == 20); // nothing is held: all of it
    b.release();
    CHECK(b.capacity() == 0);
    put(b, std::string(100, 'x'), 8);
    CHECK(b.bytes() == std::string(100, 'x'));
}
