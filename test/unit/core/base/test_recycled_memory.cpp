// SPDX-License-Identifier: Apache-2.0
//
// What is given back is taken again, by size and by thread; what is large is the system's.

#include "core/base/recycled_memory.hpp"

#include "core/base/sanitized.hpp"

#include "catch.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

namespace v6front
{

TEST_CASE("pieces of all sizes are whole, and their own", "[engine]")
{
    std::vector<std::pair<char*, std::size_t>> held;
    for (int round = 0; round < 3; ++round) {
        for (std::size_t size = 1; size <= recycled_memory::largest_kept + 200; size += 37) {
            auto* piece = static_cast<char*>(recycled_memory::take(size));
            REQUIRE(reinterpret_cast<std::uintptr_t>(piece) % alignof(std::max_align_t) == 0);
            std::memset(piece, static_cast<int>(size % 251), size);
            held.emplace_back(piece, size);
        }
        for (const auto& [piece, size] : held) {
            const auto expected = static_cast<char>(size % 251);
            REQUIRE(std::string_view(piece, size).find_first_not_of(expected) ==
                    std::string_view::npos);
            recycled_memory::give_back(piece, size);
        }
        held.clear();
    }
}

TEST_CASE("a thread knows how much it keeps", "[engine]")
{
    std::thread([] {
        CHECK(recycled_memory::kept() == 0);
        auto *first = recycled_memory::take(200), *second = recycled_memory::take(4096);
        CHECK(recycled_memory::kept() == 0);
        recycled_memory::give_back(first, 200);
        recycled_memory::give_back(second, 4096);
        CHECK(recycled_memory::kept() == (is_sanitized ? 0U : 256U + 4096U));
        recycled_memory::give_back(recycled_memory::take(200), 200);
        CHECK(recycled_memory::kept() == (is_sanitized ? 0U : 256U + 4096U));
    }).join();
}

TEST_CASE("a piece may be given back on another thread than it was taken on", "[engine]")
{
    std::vector<void*> held;
    for (int i = 0; i < 500; ++i)
        held.push_back(recycled_memory::take(200));
    std::thread([&held] {
        for (auto* piece : held)
            recycled_memory::give_back(piece, 200);
        recycled_memory::give_back(recycled_memory::take(200), 200);
    }).join();
    recycled_memory::give_back(recycled_memory::take(200), 200);
}

TEST_CASE("lists of recycled memory move, grow, and may be empty", "[engine]")
{
    using list = std::vector<int, recycling_allocator<int>>;
    const auto made = [](int n) {
        list all;
        for (int i = 0; i < n; ++i)
            all.push_back(i);
        return all;
    };
    auto one = made(100), other = made(3);
    const auto* data = one.data();
    std::swap(one, other);
    CHECK(other.data() == data);
    const list moved = std::move(other);
    CHECK(moved.data() == data);
    CHECK(moved == made(100));
    CHECK(one == made(3));
    auto* nothing = recycling_allocator<int>().allocate(0);
    CHECK(nothing != nullptr);
    recycling_allocator<int>().deallocate(nothing, 0);
}

} // namespace v6front
