// SPDX-License-Identifier: Apache-2.0

#include "octet_memory.hpp"

#include "sanitized.hpp"

#include <array>
#include <bit>
#include <new>

namespace v6front::octet_memory
{

namespace
{

// Those of clients' and sites' reads.
constexpr std::size_t smallest = 8 * 1024;
constexpr std::size_t largest = 64 * 1024;
constexpr unsigned sizes = 4;
// Of each size. Many connections of an engine have octets at the same moment, and none the next.
constexpr std::size_t most_kept = 1024 * 1024;

struct kept_piece {
    kept_piece* next;
};

class kept_memory
{
public:
    ~kept_memory()
    {
        for (auto& of : sizes_)
            while (auto* piece = of.first) {
                of.first = piece->next;
                ::operator delete(piece);
            }
    }

    void* take(std::size_t at, std::size_t size)
    {
        auto& of = sizes_[at];
        if (!of.first)
            return ::operator new(size);
        auto* piece = of.first;
        of.first = piece->next;
        of.octets -= size;
        return piece;
    }

    void give_back(void* memory, std::size_t at, std::size_t size) noexcept
    {
        auto& of = sizes_[at];
        if (of.octets >= most_kept)
            return ::operator delete(memory);
        of.first = new (memory) kept_piece{of.first};
        of.octets += size;
    }

    std::size_t octets() const noexcept
    {
        std::size_t all = 0;
        for (const auto& of : sizes_)
            all += of.octets;
        return all;
    }

private:
    struct size_class {
        kept_piece* first = nullptr;
        std::size_t octets = 0;
    };
    std::array<size_class, sizes> sizes_;
};

thread_local kept_memory memory_of_thread;

bool is_kept(std::size_t size)
{
    return !is_sanitized && size >= smallest && size <= largest && std::has_single_bit(size);
}

std::size_t place_of(std::size_t size)
{
    return static_cast<std::size_t>(std::countr_zero(size) - std::countr_zero(smallest));
}

} // namespace

char* take(std::size_t size)
{
    return static_cast<char*>(is_kept(size) ? memory_of_thread.take(place_of(size), size)
                                            : ::operator new(size));
}

void give_back(char* memory, std::size_t size) noexcept
{
    if (!memory)
        return;
    if (!is_kept(size))
        return ::operator delete(memory);
    memory_of_thread.give_back(memory, place_of(size), size);
}

std::size_t kept() noexcept
{
    return memory_of_thread.octets();
}

} // namespace v6front::octet_memory
