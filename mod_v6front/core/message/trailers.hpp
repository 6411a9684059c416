// SPDX-License-Identifier: Apache-2.0
//
// Trailer fields (RFC 9110 6.5), in both directions: which of them are passed on, and the end of a
// chunked body that they are part of. A recipient may merge them into the head, so what is decided
// there never passes.
#pragma once

#include "fields.hpp"

#include <span>
#include <string>
#include <string_view>

namespace v6front
{

// False for fields about framing, routing, authentication, the content's type, conditions, control
// of caches, and for those that a front writes itself (RFC 9110 6.5.1).
bool may_trail(std::string_view name) noexcept;

// TE with "trailers" in it: its sender accepts trailer fields (RFC 9110 10.1.4).
bool accepts_trailers(const field& f) noexcept;

// Appends the fields that may trail, each as a line.
void append_trailers(std::string& out, std::span<const field> trailers);

// Appends the last chunk (RFC 9112 7.1) with those of the fields that may trail.
void append_last_chunk(std::string& out, std::span<const field> trailers);

} // namespace v6front
