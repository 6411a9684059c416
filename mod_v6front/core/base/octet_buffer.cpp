// SPDX-License-Identifier: Apache-2.0
#include "octet_buffer.hpp"

#include "octet_memory.hpp"

#include <algorithm>
#include <cstring>

namespace v6front
{

std::span<char> octet_buffer::room(std::size_t capacity)
{
    if (empty())
        begin_ = end_ = 0;
    if (is_full() || capacity_ < capacity)
        compact();
    if (is_full() || capacity_ < capacity) {
        const auto larger = std::max(capacity, is_full() ? 2 * capacity_ : capacity_);
        auto* grown = octet_memory::take(larger);
        if (!empty())
            std::memcpy(grown, memory_, end_);
        octet_memory::give_back(memory_, capacity_);
        memory_ = grown;
        capacity_ = larger;
    }
    return {memory_ + end_, capacity_ - end_};
}

void octet_buffer::compact() noexcept
{
    if (begin_ == 0)
        return;
    if (!empty())
        std::memmove(memory_, memory_ + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
}

void octet_buffer::release() noexcept
{
    octet_memory::give_back(std::exchange(memory_, nullptr), capacity_);
    capacity_ = begin_ = end_ = 0;
}

} // namespace v6front
