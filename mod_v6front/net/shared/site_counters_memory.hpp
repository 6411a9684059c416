// SPDX-License-Identifier: Apache-2.0
//
// How site_counters lie in memory. For its own sources alone.
#pragma once

#include "relaxed.hpp"
#include "site_counters.hpp"

#include <algorithm>

namespace v6front
{

inline constexpr std::size_t gauges_of_site = 2; // in flight, waiting

// Processes share all of this, so nothing in it may need a lock of its own process.
static_assert(site_counters::word::is_always_lock_free &&
              std::atomic<std::uint64_t>::is_always_lock_free &&
              std::atomic<std::int64_t>::is_always_lock_free);

struct site_counters::head {
    dimensions size;
};

struct site_counters::standing_record {
    std::atomic<std::uint64_t>
        state;   // milliseconds since 1970, and in the lowest two bits how it is
    word failed; // 1 and the reason
    std::atomic<std::int64_t> checked_at;
};

struct site_counters::site_record {
    std::atomic<std::uint64_t> name; // its hash; 0: free
    std::array<std::atomic<std::uint64_t>, addresses_of_site> keys;
    std::array<standing_record, addresses_of_site + 1> standing;
};

struct site_counters::engine_record {
    word runs; // 1: this is one
    word clients;
    word idle;
    word kept;
    word lag; // microseconds
    word lag_max;
};

struct site_counters::seat_record {
    word process;
    word generation;
    std::array<engine_record, most_engines> engines;
};

struct alignas(64) site_counters::counted_row {
    std::array<std::atomic<std::uint64_t>, traffic_at::size> numbers;

    void add(std::size_t at, std::uint64_t n = 1) noexcept
    {
        numbers[at].fetch_add(n, std::memory_order_relaxed);
    }
    void add_latency(std::size_t at, microseconds t) noexcept
    {
        add(at, static_cast<std::uint64_t>(std::max<microseconds::rep>(t.count(), 0)));
        add(at + 1 + bucket_of(t));
    }
};

} // namespace v6front
