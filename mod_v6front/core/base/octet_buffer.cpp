// SPDX-License-Identifier: Apache-2.0
#include "octet_buffer.hpp"

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
        auto grown = std::make_unique_for_overwrite<char[]>(larger);
        if (!empty())
            std::memcpy(grown.get(), memory_.get(), end_);
        memory_ = std::move(grown);
        capacity_ = larger;
    }
    return {memory_.get() + end_, capacity_ - end_};
}

void octet_buffer::compact() noexcept
{
    if (begin_ == 0)
        return;
    if (!empty())
        std::memmove(memory_.get(), memory_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
}

void octet_buffer::release() noexcept
{
    memory_.reset();
    capacity_ = begin_ = end_ = 0;
}

} // namespace v6front
