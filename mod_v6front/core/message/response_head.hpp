// SPDX-License-Identifier: Apache-2.0
//
// The backend's response head as read.
#pragma once

#include "fields.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

// Views into the backend connection's buffer, valid until the next read on it.
struct response_head {
    int status = 0;                              // 100..999
    int version = 11;                            // 10 or 11
    std::string_view phrase;                     // as sent, may be empty
    field_list fields;                           // as sent, in order
    std::optional<std::uint64_t> content_length; // of the message (RFC 9112 6.3)
    bool keep_alive = false;                     // the backend will read another request
    std::chrono::seconds kept_for{0};            // as its Keep-Alive field says; 0: it says nothing
    std::list<std::string> rewritten;            // owns the values that an edit has made

    void clear();
};

// The timeout of a Keep-Alive field ("timeout=5, max=99"): how long the connection is kept while
// idle. 0 without one, and when this was the last response.
std::chrono::seconds parse_keep_alive(std::string_view value) noexcept;

} // namespace v6front
