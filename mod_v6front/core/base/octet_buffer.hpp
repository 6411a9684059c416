// SPDX-License-Identifier: Apache-2.0
//
// Octets that have been read and not yet used: filled at one end, consumed at the other. Both sides
// of an exchange read into one. Used by one thread at a time; has memory only once it was asked for
// room.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace v6front
{

class octet_buffer
{
public:
    octet_buffer() = default;
    octet_buffer(octet_buffer&& other) noexcept { swap(other); }
    octet_buffer& operator=(octet_buffer&& other) noexcept
    {
        swap(other);
        return *this;
    }
    ~octet_buffer() { release(); }

    bool empty() const noexcept { return begin_ == end_; }
    // Valid until the next room() or compact().
    std::string_view bytes() const noexcept { return {memory_ + begin_, end_ - begin_}; }
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
    void swap(octet_buffer& other) noexcept
    {
        std::swap(memory_, other.memory_);
        std::swap(capacity_, other.capacity_);
        std::swap(begin_, other.begin_);
        std::swap(end_, other.end_);
    }

    char* memory_ = nullptr; // of octet_memory
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace v6front
