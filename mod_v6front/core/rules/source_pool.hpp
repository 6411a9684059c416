// SPDX-License-Identifier: Apache-2.0
//
// The IPv4 addresses from which a site is connected to (V6FrontBindV4), and which of them is a
// client's. Made while the configuration is read; immutable, shared by all threads.
//
// A client's address is found by its prefix alone: IPv6 by the /64, which is one network of one
// customer, IPv4 as it is. So it is the same in every process, before and after a restart, and on
// every front that has the same pool. By rendezvous hashing (Thaler and Ravishankar, 1998): an
// address that is added takes its share from all others. Within a /24, or with a new one, no other
// client moves; where one of several /24 grows, about as many again.
#pragma once

#include "core/base/ip_address.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace v6front
{

class source_pool
{
public:
    static constexpr std::uint32_t most = 65536;

    struct range {
        std::uint32_t first;
        std::uint32_t last;
    };
    // Ascending, without overlap, at least one, `most` addresses at most.
    explicit source_pool(std::vector<range> ranges);

    std::uint32_t size() const noexcept { return size_; }
    std::uint32_t first() const noexcept { return ranges_.front().first; } // the lowest
    const std::vector<range>& ranges() const noexcept { return ranges_; }
    std::uint32_t choose(const ip_address& client) const noexcept;

private:
    // All addresses that differ in the last octet only. A client is hashed with each block first,
    // then with each address of one: not with each of thousands.
    struct block {
        std::uint32_t network; // the other three
        std::uint32_t size = 0;
        std::vector<range> parts{};
    };
    static double score(std::uint64_t client, const block& b) noexcept;
    void add(const range& part);

    std::vector<range> ranges_;
    std::vector<block> blocks_;
    std::uint32_t size_ = 0;
};

// Addresses, prefixes (192.0.2.16/28) and ranges (192.0.2.16-192.0.2.31), divided by commas or
// blanks; nullptr for "off". Throws setting_error for anything else, for a prefix with host bits,
// and for an address that is given twice.
std::shared_ptr<const source_pool> parse_source_pool(std::string_view key, std::string_view value);

} // namespace v6front
