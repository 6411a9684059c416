// SPDX-License-Identifier: Apache-2.0
//
// Memory of what an exchange has while it lasts: the frames of its coroutines, some fifteen of 100
// to 3,000 octets, and its lists. What is given back is kept by size, per thread: to take a piece
// is to take the first of a list. (Asio's own keeps frames of up to 1,020 octets, and searches all
// that it keeps.) A piece may be given back on another thread than it was taken on (an engine that
// is lent runs on many). Threads keep a bounded number of each size; what is above `largest_kept`
// comes from the system.
#pragma once

#include <cstddef>

namespace v6front
{

namespace recycled_memory
{

constexpr std::size_t largest_kept = 4096;

void* take(std::size_t size);
void give_back(void* piece, std::size_t size) noexcept;

// How many octets this thread keeps.
std::size_t kept() noexcept;

} // namespace recycled_memory

// For containers that last as long as an exchange, or less.
template <class T> struct recycling_allocator {
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    using value_type = T;

    recycling_allocator() = default;
    template <class U> recycling_allocator(const recycling_allocator<U>&) noexcept {}

    T* allocate(std::size_t n) { return static_cast<T*>(recycled_memory::take(n * sizeof(T))); }
    void deallocate(T* piece, std::size_t n) noexcept
    {
        recycled_memory::give_back(piece, n * sizeof(T));
    }
    template <class U> bool operator==(const recycling_allocator<U>&) const noexcept
    {
        return true;
    }
};

} // namespace v6front
