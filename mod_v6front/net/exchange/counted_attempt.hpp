// SPDX-License-Identifier: Apache-2.0
//
// What an attempt of an exchange adds to the numbers that operators see (net/shared/site_counters),
// and tells who follows it.
#pragma once

#include "core/decisions/repeat.hpp"
#include "order.hpp"

namespace v6front
{

// No address was reached.
inline void count_unreached(const exchange_order& order, const failure& why) noexcept
{
    if (auto* counters = order.services->counters)
        counters->attempt_failed(order.backend->site, {}, why.reason);
}

// One is used, new or kept.
inline void note_connection(const exchange_order& order, outcome& record,
                            const backend_connection& connection)
{
    if (order.asks_local)
        record.local = connection.local();
    if (order.follower)
        order.follower->has_connection(record);
    if (record.pooled && order.services->counters)
        order.services->counters->reused(order.backend->site, connection.peer());
}

inline void note_head(const exchange_order& order, const outcome& record, const response_head& head)
{
    if (order.follower)
        order.follower->has_head(record, head.status);
}

inline void note_failure(const exchange_order& order, const outcome& record, bool again)
{
    if (order.follower)
        order.follower->has_failed(record, again);
}

// A response's head, or what came in its place or after it. That a site has closed an idle
// connection is no failure of its, nor is what the client has done.
inline void count_answer(const exchange_order& order, const attempt_progress& progress,
                         const endpoint& address, const std::optional<failure>& wrong,
                         std::chrono::microseconds took) noexcept
{
    auto* counters = order.services->counters;
    if (!counters)
        return;
    if (!wrong)
        return counters->answered(order.backend->site, address, took);
    const auto why = wrong->reason;
    const bool was_closed = progress.pooled && !progress.response_seen &&
                            (why == reason::no_response || why == reason::send_failed);
    if (!was_closed && describe(why).whose != fault::client)
        counters->attempt_failed(order.backend->site, address, why);
}

} // namespace v6front
