// SPDX-License-Identifier: Apache-2.0
//
// What the child processes of a server have said in the error log, so that they say it once, and
// not each of them: a table of atomics in memory that they share. A topic is a number (text_number)
// and has what was said of it last, also a number.
//
// Life: the parent makes the memory, zeroed, before the children exist, anew at each restart: what
// still holds is said again after one. Without such memory each child has its own, and speaks for
// itself. Any thread of any process may call; nothing here waits.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace v6front
{

// All zero is a free place.
struct said_record {
    std::atomic<std::uint64_t> topic;
    std::atomic<std::uint64_t> said;  // what was said last
    std::atomic<std::int64_t> at;     // milliseconds of the steady clock: take_turn()
    std::atomic<std::uint32_t> since; // how many have come and not had their turn
    std::atomic<std::uint32_t> most;  // and the largest number among them
};

class said_table
{
public:
    static constexpr std::size_t usual_size = 1024;

    explicit said_table(std::span<said_record> shared);
    ~said_table();
    said_table(const said_table&) = delete;
    said_table& operator=(const said_table&) = delete;

    // Whoever gets another number than it gives is the one to say it. 0: nothing was said yet.
    std::uint64_t put(std::uint64_t topic, std::uint64_t what) noexcept
    {
        return find(topic).said.exchange(what, std::memory_order_relaxed);
    }
    // True for the first of all processes.
    bool is_first(std::uint64_t topic) noexcept { return put(topic, 1) != 1; }

    // For what happens often, and is said once in `span` of time: of all who come with a number,
    // the first has the turn, then the first that comes when that time is over.
    struct turn {
        bool mine = false;
        std::uint32_t count = 0; // who came since the last turn, this one included
        std::uint32_t most = 0;  // the largest number among them
    };
    turn take_turn(std::uint64_t topic, std::uint32_t number,
                   std::chrono::milliseconds span) noexcept;

private:
    // Those that come when the table is full share its last place.
    said_record& find(std::uint64_t topic) noexcept;

    std::unique_ptr<said_record[]> own_;
    std::span<said_record> records_;
};

} // namespace v6front
