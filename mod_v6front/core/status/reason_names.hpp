// SPDX-License-Identifier: Apache-2.0
//
// Each reason as an identifier, for programs: what a label of Prometheus or a key in JSON may be.
// They do not change, since alerts are written with them.
#pragma once

#include "core/base/failure.hpp"

#include <string_view>

namespace v6front
{

std::string_view name_of(reason r) noexcept;

} // namespace v6front
