// SPDX-License-Identifier: Apache-2.0

#include "succession.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

// For so long without a break.
bool holds_for(std::optional<succession::clock::time_point>& since, bool holds,
               succession::clock::duration time, succession::clock::time_point now)
{
    if (!holds)
        since.reset();
    else if (!since)
        since = now;
    return since && now - *since >= time;
}

} // namespace

// Every place is taken (ServerLimit), so that one of the old generation has to leave before the
// first of the new one can begin. It is the first in the scoreboard; the others accept.
bool succession::is_in_the_way(std::span<const process_place> places) const
{
    using enum process_place::state;
    const auto leaves_room = [this](const process_place& p) {
        return p.is == free || is_newer(p.generation);
    };
    if (std::ranges::any_of(places, leaves_room))
        return false;
    const auto first = std::ranges::find(places, own_, &process_place::generation);
    return first != places.end() && first->is_own;
}

acceptance succession::judge(const generations_seen& seen, clock::time_point now)
{
    const bool newer_runs = std::ranges::any_of(seen.places, [this](const process_place& p) {
        return p.is == process_place::state::runs && is_newer(p.generation);
    });
    const bool newer_accepts = is_newer(seen.newest_accepting);
    if (holds_for(engines_since_, newer_accepts, until_others_accept, now))
        return acceptance::engines_follow;
    if (holds_for(runs_since_, newer_runs, until_mpm_accepts, now))
        return acceptance::mpm_follows;
    if (!seen.parent_lives)
        return acceptance::without_parent;
    if (is_in_the_way(seen.places))
        return acceptance::in_the_way;
    return now < limit_ ? acceptance::yes : acceptance::too_long;
}

} // namespace v6front
