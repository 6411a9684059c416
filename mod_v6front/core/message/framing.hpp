// SPDX-License-Identifier: Apache-2.0
//
// How the body of the client's request is delimited (RFC 9112 6). What two readers could understand
// differently is refused here, before a backend is touched.
#pragma once

#include "core/base/failure.hpp"
#include "fields.hpp"

#include <cstdint>
#include <optional>

namespace v6front
{

enum class framing_kind : std::uint8_t { none, length, chunked };

struct framing {
    framing_kind kind = framing_kind::none;
    std::uint64_t length = 0; // octets, with framing_kind::length
};

// Refuses (reason::ambiguous_framing, the offending field in `detail`): Content-Length together
// with Transfer-Encoding, several Content-Length values that are not identical, one that is not
// 1*DIGIT or does not fit in 63 bits, a Transfer-Encoding other than exactly "chunked". A list of
// identical Content-Length values ("5, 5" or two equal fields) counts as one (RFC 9112 6.3).
result<framing> request_framing(std::span<const field> fields);

// 1*DIGIT, nothing around it, at most 2^63-1 (RFC 9110 8.6).
std::optional<std::uint64_t> parse_content_length(std::string_view text) noexcept;

} // namespace v6front
