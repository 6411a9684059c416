// SPDX-License-Identifier: Apache-2.0

#include "input_store.hpp"

#include "httpd/base/brigades.hpp"

#include <algorithm>
#include <cstring>

namespace v6front
{

std::span<char> input_store::room(std::size_t wanted)
{
    buffer_.compact();
    return buffer_.room(wanted);
}

void input_store::put(const char* data, std::size_t n)
{
    const auto space = room(bytes().size() + n);
    std::memcpy(space.data(), data, n);
    fill(n);
}

void input_store::drop(std::size_t n) noexcept
{
    buffer_.consume(n);
    if (n > 0)
        chunk_line_ = {};
}

void input_store::give_memory_back() noexcept
{
    if (empty())
        buffer_.release();
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
