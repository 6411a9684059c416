// SPDX-License-Identifier: Apache-2.0
//
// From when on a backend's first byte is late enough for a line in the log. Nobody waits for five
// seconds in front of an empty page without a thought of leaving; a site's ordinary pages come
// sooner. Who knows a route to be slow (reports, long polling) has given it time with response=,
// and who expects haste has given it little: half of that is late.
#pragma once

#include <algorithm>
#include <chrono>

namespace v6front
{

inline constexpr std::chrono::milliseconds usually_late{5000};

// `limit` is the time that the route's responses have, `is_set` whether somebody has set it.
constexpr std::chrono::milliseconds late_after(std::chrono::milliseconds limit,
                                               bool is_set) noexcept
{
    return is_set ? limit / 2 : std::min(usually_late, limit / 2);
}

} // namespace v6front
