// SPDX-License-Identifier: Apache-2.0

#include "address_table.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

// A place is looked for no further than this, so that a full table costs nobody a walk through it.
constexpr std::size_t max_steps = 32;

// Never 0, since no backend has port 0.
std::uint64_t key_of(const endpoint& address, check_number check) noexcept
{
    return std::uint64_t{check} << 48 | std::uint64_t{address.address().to_v4().to_uint()} << 16 |
           address.port();
}

// Multiplying spreads neighbours, and the high bits are the ones that depend on all of the key.
std::size_t place_of(std::uint64_t key, std::size_t size) noexcept
{
    return static_cast<std::size_t>((key * 0x9e3779b97f4a7c15u) >> 32) % size;
}

} // namespace

address_record* address_table::walk(const endpoint& address, check_number check,
                                    bool make) const noexcept
{
    if (records_.empty())
        return nullptr;
    const auto key = key_of(address, check);
    auto at = place_of(key, records_.size());
    for (std::size_t step = 0; step < std::min(max_steps, records_.size()); ++step) {
        auto& record = records_[at];
        auto found = record.key.load(std::memory_order_relaxed);
        if (found == 0 && !make)
            return nullptr;
        // Another that came at the same time may have put the very same address here.
        if (found == 0 && record.key.compare_exchange_strong(found, key, std::memory_order_relaxed))
            return &record;
        if (found == key)
            return &record;
        at = (at + 1) % records_.size();
    }
    return nullptr;
}

} // namespace v6front
