// SPDX-License-Identifier: Apache-2.0
//
// Rendezvous hashing (Thaler and Ravishankar, 1998): of several nodes, the one with the highest
// score for a key is the key's own. Without a table, the same in every process and after every
// restart. Of a node that goes, the keys spread evenly over the others, and come back with it; no
// other key moves.
#pragma once

#include "mixed.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace v6front
{

constexpr std::uint64_t rendezvous_score(std::uint64_t key, std::uint64_t node) noexcept
{
    return mixed(mixed(key) ^ mixed(node));
}

// What stays the same of a client's address: of IPv6 the first 64 bits, which are one network of
// one customer; IPv4 whole, whether it is written as such or mapped (RFC 4291 2.5.5.2).
constexpr std::uint64_t client_prefix(const std::array<std::uint8_t, 16>& address) noexcept
{
    const auto bits = [&address](std::size_t from, std::size_t to) {
        std::uint64_t n = 0;
        for (auto i = from; i < to; ++i)
            n = n << 8 | address[i];
        return n;
    };
    const bool is_ipv4 = bits(0, 8) == 0 && bits(8, 12) == 0xffff;
    return is_ipv4 ? bits(12, 16) : bits(0, 8);
}

} // namespace v6front
