// SPDX-License-Identifier: Apache-2.0
//
// For how long an idle connection to a site is kept, whoever keeps it: an engine's pool, or the one
// of those that belong to clients (client_pool).
#pragma once

#include "core/decisions/idle_life.hpp"
#include "net/shared/site_usage.hpp"

#include <algorithm>
#include <chrono>

namespace v6front
{

struct pool_limits {
    std::chrono::milliseconds idle_time = std::chrono::seconds{60};
    // A busy connection is never idle for long. This is how long one may outlive a change that only
    // new connections see, of a balancer behind the address for one.
    std::chrono::milliseconds age = std::chrono::minutes{10};
    // How often it is looked whether a connection is still to be kept.
    std::chrono::milliseconds look = std::chrono::milliseconds{100};
};

// Somebody waits for it to be closed: one whose request this site has not begun with.
inline bool may_begin_idle(site_usage& usage, site_usage::place at, const pool_limits& limits,
                           std::chrono::steady_clock::duration age)
{
    return age < limits.age && !usage.take_asked(at);
}

// `promised`: by its site's Keep-Alive field; 0: nothing.
inline bool may_stay_idle(site_usage& usage, site_usage::place at, const pool_limits& limits,
                          std::chrono::milliseconds idle_for, std::chrono::milliseconds promised)
{
    const auto most = promised > std::chrono::milliseconds(0)
                          ? std::min(limits.idle_time, safe_idle(promised, {}))
                          : limits.idle_time;
    return idle_for < most && !usage.take_asked(at);
}

// Whether a request that must not be lost may go out on it.
inline bool will_last(const site_usage& usage, site_usage::place at,
                      std::chrono::milliseconds idle_for, std::chrono::milliseconds promised)
{
    return idle_for < safe_idle(promised, usage.life(at));
}

} // namespace v6front
