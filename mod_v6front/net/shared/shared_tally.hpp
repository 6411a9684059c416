// SPDX-License-Identifier: Apache-2.0
//
// Counters in memory that all child processes share, each with a bound that holds for all together.
// Every process has a seat, where its own part of each counter is noted: what a process that was
// killed had counted is taken back by the next one that looks for a seat.
//
// Life: the memory is made, zeroed, before the children exist. Any thread may count.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>

#include <sys/types.h>

namespace v6front
{

class shared_tally
{
public:
    using word = std::atomic<std::uint32_t>;
    static_assert(word::is_always_lock_free);

    // So many words of memory are needed.
    static constexpr std::size_t words(std::size_t counters, std::size_t seats) noexcept
    {
        return counters + seats * (counters + 1);
    }
    shared_tally(std::span<word> shared, std::size_t counters) noexcept
        : shared_(shared), counters_(counters)
    {
    }
    ~shared_tally() { leave_seat(); }
    shared_tally(const shared_tally&) = delete;
    shared_tally& operator=(const shared_tally&) = delete;

    // Once, before counting. A process that finds no seat counts all the same.
    void take_seat(pid_t self) noexcept;

    // False, and nothing is counted, if there would be more than `most`.
    bool add(std::size_t counter, std::uint32_t most) noexcept;
    void subtract(std::size_t counter) noexcept;
    std::uint32_t value(std::size_t counter) const noexcept
    {
        return shared_[counter].load(relaxed);
    }

private:
    static constexpr auto relaxed = std::memory_order_relaxed;

    // The totals, then the process at each seat, then the parts of each.
    std::size_t seats() const noexcept;
    word& holder(std::size_t seat) const noexcept { return shared_[counters_ + seat]; }
    word* part(std::size_t seat) const noexcept
    {
        return &shared_[counters_ + seats() + seat * counters_];
    }
    void take_back(std::size_t seat) noexcept;
    void leave_seat() noexcept;

    std::span<word> shared_;
    std::size_t counters_;
    std::optional<std::size_t> own_;
};

} // namespace v6front
