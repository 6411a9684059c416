// SPDX-License-Identifier: Apache-2.0
//
// How large the pieces are in which a response's body goes to its client. Each costs a read and a
// write, and is in memory until the client has taken it: so they grow as the client takes them, and
// are small for one that lets them wait. Part of a request_client.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace v6front
{

class body_pieces
{
public:
    static constexpr std::size_t smallest = 16 * 1024;
    // httpd's core waits for the client where more than 64 KiB are at hand (FlushMaxThreshold).
    static constexpr std::size_t largest = 60 * 1024;
    static constexpr std::chrono::milliseconds slow{100}; // for one piece

    // `left`: of the body, as far as that is known. A small rest is one piece.
    std::size_t next(std::uint64_t left) const noexcept
    {
        if (!is_slow_ && left <= largest)
            return std::max<std::size_t>(static_cast<std::size_t>(left), 1);
        const auto grown = std::clamp<std::uint64_t>(taken_ / 8, smallest, largest);
        return static_cast<std::size_t>(std::min(grown, std::max<std::uint64_t>(left, 1)));
    }
    void taken(std::size_t octets) noexcept { taken_ += octets; }
    // The client had to be waited for.
    void waited(std::chrono::steady_clock::duration time) noexcept
    {
        is_slow_ = time > slow;
        if (is_slow_)
            taken_ = 0;
    }

private:
    std::uint64_t taken_ = 0; // since it was slow
    bool is_slow_ = false;
};

} // namespace v6front
