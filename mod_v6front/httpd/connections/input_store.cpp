// SPDX-License-Identifier: Apache-2.0

#include "input_store.hpp"

#include "httpd/base/brigades.hpp"

#include <algorithm>
#include <cstring>

namespace v6front
{

std::span<char> input_store::room(std::size_t wanted)
{
    const auto held = end_ - begin_;
    if (begin_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, held);
        begin_ = 0;
        end_ = held;
    }
    if (capacity_ < wanted || end_ == capacity_) {
        const auto larger = std::max(wanted, end_ == capacity_ ? capacity_ * 2 : capacity_);
        auto grown = std::make_unique<char[]>(larger);
        if (held > 0)
            std::memcpy(grown.get(), buffer_.get(), held);
        buffer_ = std::move(grown);
        capacity_ = larger;
    }
    return {buffer_.get() + end_, capacity_ - end_};
}

void input_store::put(const char* data, std::size_t n)
{
    const auto space = room(end_ - begin_ + n);
    std::memcpy(space.data(), data, n);
    fill(n);
}

void input_store::drop(std::size_t n) noexcept
{
    begin_ += n;
    if (n > 0)
        chunk_line_ = {};
}

void input_store::shrink()
{
    if (empty() && capacity_ > small) {
        buffer_.reset();
        capacity_ = begin_ = end_ = 0;
    }
}

apr_status_t input_store::answer(apr_bucket_brigade* brigade, ap_input_mode_t mode,
                                 apr_off_t wanted)
{
    const auto held = bytes();
    auto n = held.size();
    switch (mode) {
    case AP_MODE_INIT:
        return APR_SUCCESS;
    case AP_MODE_EATCRLF:
        drop(std::min(held.find_first_not_of("\r\n"), held.size()));
        return APR_SUCCESS;
    case AP_MODE_GETLINE:
        if (const auto at = held.find('\n'); at != held.npos)
            n = at + 1;
        break;
    case AP_MODE_READBYTES:
    case AP_MODE_SPECULATIVE:
        if (wanted >= 0)
            n = std::min(n, static_cast<std::size_t>(wanted));
        break;
    case AP_MODE_EXHAUSTIVE:
        break;
    default:
        return APR_ENOTIMPL;
    }
    append(brigade, apr_bucket_transient_create(held.data(), n, brigade->bucket_alloc));
    if (mode != AP_MODE_SPECULATIVE)
        drop(n);
    return APR_SUCCESS;
}

} // namespace v6front
