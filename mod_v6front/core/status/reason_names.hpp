// SPDX-License-Identifier: Apache-2.0
//
// Each reason as an identifier, for programs: what a label of Prometheus or a key in JSON may be.
// They do not change, since alerts are written with them.
#pragma once

#include "core/base/failure.hpp"

#include <cstddef>
#include <string_view>

namespace v6front
{

inline constexpr std::size_t reason_count = static_cast<std::size_t>(reason::internal) + 1;

std::string_view name_of(reason r) noexcept;

} // namespace v6front
