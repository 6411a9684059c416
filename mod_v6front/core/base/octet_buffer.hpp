// SPDX-License-Identifier: Apache-2.0
//
// Octets that have been read and not yet used: filled at one end, consumed at the other. Both sides
// of an exchange read into one. Used by one thread at a time; has memory only once it was asked for
// room.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace v6front
{

class octet_buffer
{
public:
    bool empty() const noexcept { return begin_ == end_; }
    // Valid until the next room() or compact().
    std::string_view bytes() const noexcept { return {memory_.get() + begin_, end_ - begin_}; }
    // The last octet that went in had the last of the memory.
    bool is_full() const noexcept { return capacity_ > 0 && end_ == capacity_; }
    std::size_t capacity() const noexcept { return capacity_; }

    // Room for at least one octet after what is held, in memory of at least `capacity` octets. What
    // is held moves to the front only where that makes the room; memory that is full of it doubles.
    std::span<char> room(std::size_t capacity);
    // So many octets have been put into the room.
    void fill(std::size_t n) noexcept { end_ += n; }
    void consume(std::size_t n) noexcept { begin_ += n; }
    // Moves what is held to the front.
    void compact() noexcept;
    // Gives the memory back; nothing may be held.
    void release() noexcept;

private:
    std::unique_ptr<char[]> memory_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace v6front
