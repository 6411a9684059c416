// SPDX-License-Identifier: Apache-2.0
//
// What is given back is taken again, by size and by thread; what is large is the system's.

#include "net/loop/frame_memory.hpp"

#include "core/base/sanitized.hpp"
#include "net/loop/kept_frames.hpp"

#include "catch.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

namespace v6front
{

TEST_CASE("frames of all sizes are whole, and their own", "[engine]")
{
    std::vector<std::pair<char*, std::size_t>> held;
    for (int round = 0; round < 3; ++round) {
        for (std::size_t size = 1; size <= frame_memory::largest_kept + 200; size += 37) {
            auto* frame = static_cast<char*>(frame_memory::take(size));
            REQUIRE(reinterpret_cast<std::uintptr_t>(frame) % alignof(std::max_align_t) == 0);
            std::memset(frame, static_cast<int>(size % 251), size);
            held.emplace_back(frame, size);
        }
        for (const auto& [frame, size] : held) {
            const auto expected = static_cast<char>(size % 251);
            REQUIRE(std::string_view(frame, size).find_first_not_of(expected) ==
                    std::string_view::npos);
            frame_memory::give_back(frame, size);
        }
        held.clear();
    }
}

TEST_CASE("a thread knows how much it keeps of frames", "[engine]")
{
    std::thread([] {
        CHECK(frame_memory::kept() == 0);
        auto *first = frame_memory::take(200), *second = frame_memory::take(4096);
        CHECK(frame_memory::kept() == 0);
        frame_memory::give_back(first, 200);
        frame_memory::give_back(second, 4096);
        CHECK(frame_memory::kept() == (is_sanitized ? 0U : 256U + 4096U));
        frame_memory::give_back(frame_memory::take(200), 200);
        CHECK(frame_memory::kept() == (is_sanitized ? 0U : 256U + 4096U));
    }).join();
}

TEST_CASE("a frame may end on another thread than it began on", "[engine]")
{
    std::vector<void*> held;
    for (int i = 0; i < 500; ++i)
        held.push_back(frame_memory::take(200));
    std::thread([&held] {
        for (auto* frame : held)
            frame_memory::give_back(frame, 200);
        frame_memory::give_back(frame_memory::take(200), 200);
    }).join();
    frame_memory::give_back(frame_memory::take(200), 200);
}

} // namespace v6front
