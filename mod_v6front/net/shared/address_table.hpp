// SPDX-License-Identifier: Apache-2.0
//
// What all child processes know of backend addresses: a table of atomics in memory that they share.
//
// Life: the parent process makes the memory, zeroed, before the children exist; a child that
// dies leaves it as it is. Any thread of any process may use it. Nothing is ever taken out: a table
// that is full answers nullptr, and that address is then used without being remembered.
#pragma once

#include "net/loop/asio.hpp"

#include <atomic>
#include <cstdint>
#include <span>

namespace v6front
{

// What a record is about: 0 is mere connecting; then come the operator's health checks. The upper
// half is whether requests that reach the address get a response, of each site by itself; the last
// number is that of a site without one of its own.
using check_number = std::uint16_t;
inline constexpr check_number first_of_responses = 0x8000;
inline constexpr check_number of_responses = 0xffff;
inline constexpr bool is_of_responses(check_number check) noexcept
{
    return check >= first_of_responses;
}

// How one address has done lately. All zero is a free place; in use, all zero but the key is well.
struct address_record {
    std::atomic<std::uint64_t> key;
    std::atomic<std::int64_t> failing_since; // milliseconds of the steady clock
    std::atomic<std::int64_t> next_try;      // the child that advances this makes the try
    std::atomic<std::uint32_t> failures;     // in a row
    std::atomic<std::uint32_t> why;          // the last of them: 1 and the reason, or a status
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free &&
              std::atomic<std::int64_t>::is_always_lock_free);

class address_table
{
public:
    static constexpr std::size_t usual_size = 4096;

    explicit address_table(std::span<address_record> shared) noexcept : records_(shared) {}

    // The record of this address, made if there is none yet; nullptr when there is no room for it.
    address_record* find(const endpoint& address, check_number check = 0) noexcept
    {
        return walk(address, check, true);
    }
    // nullptr if there is none yet, which is to say that all is well.
    address_record* look_up(const endpoint& address, check_number check = 0) const noexcept
    {
        return walk(address, check, false);
    }
    std::size_t index(const address_record& r) const noexcept
    {
        return static_cast<std::size_t>(&r - records_.data());
    }
    std::size_t size() const noexcept { return records_.size(); }
    // Each address that has a record, with the check that it is about.
    template <class F> void each(const F& f) const
    {
        for (auto& record : records_)
            if (const auto key = record.key.load(std::memory_order_relaxed))
                f(address_of(key), static_cast<check_number>(key >> 48), record);
    }

private:
    static endpoint address_of(std::uint64_t key) noexcept
    {
        return {asio::ip::address_v4(static_cast<std::uint32_t>(key >> 16)),
                static_cast<std::uint16_t>(key)};
    }

    address_record* walk(const endpoint& address, check_number check, bool make) const noexcept;

    std::span<address_record> records_;
};

} // namespace v6front
