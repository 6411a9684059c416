// SPDX-License-Identifier: Apache-2.0
//
// How counters in shared memory are read and written: each is a number of its own, and nothing else
// is told by it.
#pragma once

#include <atomic>

namespace v6front
{

inline constexpr auto relaxed = std::memory_order_relaxed;

} // namespace v6front
