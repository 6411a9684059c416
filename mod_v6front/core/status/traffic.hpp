// SPDX-License-Identifier: Apache-2.0
//
// What is counted of one address of one site: numbers that only grow. They stand in a row, so that
// memory that processes share has them as atomics, and whoever reads it adds rows up.
#pragma once

#include "reason_names.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace v6front
{

// How long things take: the upper bounds of the buckets, in microseconds. One bucket more has what
// takes longer. From a site in the next room to the longest that anybody waits.
inline constexpr std::array<std::uint64_t, 15> latency_bounds{
    1000,    2500,      5000,      10'000,    25'000,     50'000,     100'000,   250'000,
    500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 30'000'000, 60'000'000};
inline constexpr std::size_t latency_buckets = latency_bounds.size() + 1;

// A time that is a bound belongs below it.
constexpr std::size_t bucket_of(std::chrono::microseconds t) noexcept
{
    const auto us = t.count() > 0 ? static_cast<std::uint64_t>(t.count()) : 0;
    std::size_t i = 0;
    while (i < latency_bounds.size() && latency_bounds[i] < us)
        ++i;
    return i;
}

// Where each number stands.
namespace traffic_at
{
inline constexpr std::size_t requests = 0; // by the first digit of the status; 0: none was sent
inline constexpr std::size_t sent = 6;     // octets of bodies, to the site
inline constexpr std::size_t received = 7;
inline constexpr std::size_t opened = 8; // connections for requests
inline constexpr std::size_t reused = 9; // requests on a connection that was open
inline constexpr std::size_t handshakes = 10;
inline constexpr std::size_t resumed = 11; // of these
inline constexpr std::size_t ejections = 12;
inline constexpr std::size_t checks_passed = 13;
inline constexpr std::size_t checks_failed = 14;
// A latency is the sum of its microseconds, then its buckets.
inline constexpr std::size_t latency_size = 1 + latency_buckets;
inline constexpr std::size_t connect = 15;
inline constexpr std::size_t first_byte = connect + latency_size;
inline constexpr std::size_t total = first_byte + latency_size;
inline constexpr std::size_t failures = total + latency_size; // of requests, by reason
inline constexpr std::size_t attempt_failures = failures + reason_count;
inline constexpr std::size_t size = attempt_failures + reason_count;
} // namespace traffic_at

struct latency {
    std::uint64_t microseconds = 0;
    std::array<std::uint64_t, latency_buckets> counts{};

    std::uint64_t count() const noexcept
    {
        std::uint64_t n = 0;
        for (const auto c : counts)
            n += c;
        return n;
    }
};

struct traffic {
    std::array<std::uint64_t, traffic_at::size> numbers{};

    std::uint64_t operator[](std::size_t at) const noexcept { return numbers[at]; }
    std::uint64_t& operator[](std::size_t at) noexcept { return numbers[at]; }
    latency latency_of(std::size_t at) const noexcept
    {
        latency l{numbers[at], {}};
        std::copy_n(numbers.begin() + static_cast<std::ptrdiff_t>(at) + 1, latency_buckets,
                    l.counts.begin());
        return l;
    }
    std::uint64_t requests() const noexcept
    {
        std::uint64_t n = 0;
        for (std::size_t i = 0; i < 6; ++i)
            n += numbers[traffic_at::requests + i];
        return n;
    }
    std::uint64_t failures() const noexcept
    {
        std::uint64_t n = 0;
        for (std::size_t i = 0; i < reason_count; ++i)
            n += numbers[traffic_at::failures + i];
        return n;
    }
    bool any() const noexcept
    {
        return std::ranges::any_of(numbers, [](std::uint64_t n) { return n > 0; });
    }
    traffic& operator+=(const traffic& other) noexcept
    {
        for (std::size_t i = 0; i < traffic_at::size; ++i)
            numbers[i] += other.numbers[i];
        return *this;
    }
};

} // namespace v6front
