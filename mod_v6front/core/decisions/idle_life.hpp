// SPDX-License-Identifier: Apache-2.0
//
// How long a site keeps an idle connection, as far as it has said so or was seen closing one, and
// what follows for a request that must not meet one that is being closed.
#pragma once

#include "core/base/duration.hpp"

namespace v6front
{

// Without a promise, and with no closing seen: no server that is known closes sooner than this but
// those that say so, or close at once.
constexpr milliseconds usual_idle{1000};

// A connection has to have been idle for less than this when a request that cannot be repeated is
// sent on it. `promised`: the timeout of the site's Keep-Alive field; `seen`: the shortest time
// after which it closed an idle connection; 0: neither is known.
constexpr milliseconds safe_idle(milliseconds promised, milliseconds seen) noexcept
{
    // A second less than promised: the site has begun to count before we knew.
    constexpr milliseconds margin{1000};
    const auto by_promise = promised >= 2 * margin ? promised - margin : promised / 2;
    // One that closes sooner than it promised, for want of processes for example, is believed no
    // more.
    const bool kept = promised > milliseconds(0) && seen + margin / 2 >= promised;
    if (seen > milliseconds(0) && !kept)
        return seen / 4;
    return promised > milliseconds(0) ? by_promise : usual_idle;
}

} // namespace v6front
