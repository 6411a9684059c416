// SPDX-License-Identifier: Apache-2.0

#include "octet_memory.hpp"

#include <array>
#include <bit>
#include <new>

namespace v6front::octet_memory
{

namespace
{

// A sanitizer is to see each piece's end.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool keeps = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool keeps = false;
#else
constexpr bool keeps = true;
#endif
#else
constexpr bool keeps = true;
#endif

// Those of clients' and sites' reads.
constexpr std::size_t smallest = 8 * 1024;
constexpr std::size_t largest = 32 * 1024;
constexpr unsigned sizes = 3;
constexpr unsigned most_of_a_size = 4;

class kept_memory
{
public:
    ~kept_memory()
    {
        for (auto& of : sizes_)
            while (of.count > 0)
                ::operator delete(of.pieces[--of.count]);
    }

    char* take(std::size_t at, std::size_t size)
    {
        auto& of = sizes_[at];
        return static_cast<char*>(of.count > 0 ? of.pieces[--of.count] : ::operator new(size));
    }

    void give_back(char* memory, std::size_t at) noexcept
    {
        auto& of = sizes_[at];
        if (of.count == most_of_a_size)
            return ::operator delete(memory);
        of.pieces[of.count++] = memory;
    }

private:
    struct size_class {
        std::array<void*, most_of_a_size> pieces{};
        unsigned count = 0;
    };
    std::array<size_class, sizes> sizes_;
};

thread_local kept_memory memory_of_thread;

bool is_kept(std::size_t size)
{
    return keeps && size >= smallest && size <= largest && std::has_single_bit(size);
}

std::size_t place_of(std::size_t size)
{
    return static_cast<std::size_t>(std::countr_zero(size) - std::countr_zero(smallest));
}

} // namespace

char* take(std::size_t size)
{
    if (!is_kept(size))
        return static_cast<char*>(::operator new(size));
    return memory_of_thread.take(place_of(size), size);
}

void give_back(char* memory, std::size_t size) noexcept
{
    if (!memory)
        return;
    if (!is_kept(size))
        return ::operator delete(memory);
    memory_of_thread.give_back(memory, place_of(size));
}

} // namespace v6front::octet_memory
