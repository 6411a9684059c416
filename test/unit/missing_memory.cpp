// SPDX-License-Identifier: Apache-2.0
#include "missing_memory.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace v6front
{

namespace
{

constinit thread_local int until_missing = 0; // 0: not counted, or it was asked for

} // namespace

missing_memory::missing_memory(int number) noexcept
{
    until_missing = number;
}

missing_memory::~missing_memory()
{
    until_missing = 0;
}

bool missing_memory::was_missed() const noexcept
{
    return until_missing == 0;
}

} // namespace v6front

void* operator new(std::size_t size)
{
    if (v6front::until_missing > 0 && --v6front::until_missing == 0)
        throw std::bad_alloc();
    if (void* memory = std::malloc(size > 0 ? size : 1))
        return memory;
    throw std::bad_alloc();
}

// What std::stable_sort asks for, and gives back to the operators below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    return std::malloc(size > 0 ? size : 1);
}

void operator delete(void* memory) noexcept
{
    std::free(memory);
}

// clang 14 does not declare it, so that it would be this program's alone, and not libstdc++'s.
[[gnu::visibility("default")]] void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}
