// SPDX-License-Identifier: Apache-2.0

#include "recycled_memory.hpp"

#include "sanitized.hpp"

#include <array>
#include <cstdint>
#include <new>

namespace v6front::recycled_memory
{

namespace
{

constexpr std::size_t step = 64;
// As many as exchanges of one engine end between two that begin, in a burst.
constexpr unsigned most_of_a_size = 64;

struct kept_piece {
    kept_piece* next;
};

struct size_class {
    kept_piece* first;
    unsigned count;
};

// Plain, so that a thread reaches its own without asking whether they are made.
struct kept_pieces {
    enum class state : std::uint8_t { nobody_empties, emptied_at_end, emptied };
    std::array<size_class, largest_kept / step> sizes;
    state is;
    bool may_keep(const size_class& of) const noexcept
    {
        return is == state::emptied_at_end && of.count < most_of_a_size;
    }
};

constexpr std::size_t class_of(std::size_t size) noexcept
{
    return size == 0 ? 0 : (size - 1) / step;
}

constinit thread_local kept_pieces of_this_thread{};

// Made with the first piece that is kept.
struct end_of_thread {
    ~end_of_thread()
    {
        of_this_thread.is = kept_pieces::state::emptied;
        for (auto& of : of_this_thread.sizes)
            while (auto* piece = of.first) {
                of.first = piece->next;
                ::operator delete(piece);
            }
    }
};

void keep(size_class& of, void* memory) noexcept
{
    of.first = new (memory) kept_piece{of.first};
    ++of.count;
}

// Apart from give_back(), which then asks but once where this thread's own is.
[[gnu::noinline]] void refuse(void* memory, std::size_t size) noexcept
{
    if (of_this_thread.is != kept_pieces::state::nobody_empties)
        return ::operator delete(memory);
    thread_local const end_of_thread at_end;
    of_this_thread.is = kept_pieces::state::emptied_at_end;
    keep(of_this_thread.sizes[class_of(size)], memory);
}

} // namespace

void* take(std::size_t size)
{
    if (is_sanitized || size > largest_kept)
        return ::operator new(size);
    const auto at = class_of(size);
    auto& of = of_this_thread.sizes[at];
    auto* piece = of.first;
    if (!piece)
        return ::operator new((at + 1) * step);
    of.first = piece->next;
    --of.count;
    return piece;
}

void give_back(void* memory, std::size_t size) noexcept
{
    if (is_sanitized || size > largest_kept)
        return ::operator delete(memory);
    auto& here = of_this_thread;
    auto& of = here.sizes[class_of(size)];
    if (!here.may_keep(of))
        return refuse(memory, size);
    keep(of, memory);
}

std::size_t kept() noexcept
{
    std::size_t all = 0, size = 0;
    for (const auto& of : of_this_thread.sizes)
        all += of.count * (size += step);
    return all;
}

} // namespace v6front::recycled_memory
