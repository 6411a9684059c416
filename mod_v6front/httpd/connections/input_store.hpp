// SPDX-License-Identifier: Apache-2.0
//
// Bytes of a client that are in memory already, and how they are handed to httpd when an input
// filter is asked for them. Part of an adopted connection; used by one thread at a time.
#pragma once

#include "core/base/octet_buffer.hpp"
#include "core/message/chunk_line_search.hpp"
#include "httpd/base/apache.hpp"

#include <span>
#include <string_view>

namespace v6front
{

class input_store
{
public:
    static constexpr std::size_t small = 8 * 1024;  // while waiting for a request
    static constexpr std::size_t large = 64 * 1024; // while a body comes in

    bool empty() const noexcept { return buffer_.empty(); }
    std::string_view bytes() const noexcept { return buffer_.bytes(); }

    // Room for at least one byte after what is held, and for `wanted` in all if it has to grow.
    // Nothing that was handed out may still be in use.
    std::span<char> room(std::size_t wanted = small);
    void fill(std::size_t n) noexcept { buffer_.fill(n); }
    void put(const char* data, std::size_t n);
    void drop(std::size_t n) noexcept;
    // Where nothing is held, and nothing that was handed out is in use: who waits needs none.
    void give_memory_back() noexcept;

    bool holds_line() const noexcept { return bytes().find('\n') != std::string_view::npos; }
    // What they begin with is a whole chunk's line (chunk_line_search).
    bool holds_chunk_line() noexcept { return chunk_line_.ends_in(bytes()); }

    // What every further read gets once the bytes are used up: APR_EOF, APR_TIMEUP, ...
    void end_with(apr_status_t status) noexcept { ending_ = status; }
    apr_status_t ending() const noexcept { return ending_; }

    // Answers an input filter's caller from memory; only when not empty, or for modes that take
    // nothing. Buckets are transient: a filter that keeps one sets it aside, by the rules of
    // buckets.
    apr_status_t answer(apr_bucket_brigade* brigade, ap_input_mode_t mode, apr_off_t wanted);

private:
    octet_buffer buffer_;
    chunk_line_search chunk_line_; // begun anew when bytes go
    apr_status_t ending_ = APR_SUCCESS;
};

} // namespace v6front
