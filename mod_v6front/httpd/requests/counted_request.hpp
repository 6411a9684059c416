// SPDX-License-Identifier: Apache-2.0
//
// What a request adds, at its end, to the numbers that operators see (v6front-status).
#pragma once

#include "net/exchange/order.hpp"

namespace v6front
{

// How long a tunnel was open says nothing of the site.
inline void count_request(const exchange_order& order, const outcome& ended,
                          std::chrono::microseconds total) noexcept
{
    site_counters::request_end how{ended.address, ended.status};
    how.sent = ended.request_body;
    how.received = ended.response_body;
    if (ended.failed)
        how.failed = ended.failed->reason;
    if (!ended.tunnel)
        how.total = total;
    if (how.failed == reason::client_gone && !ended.head_sent)
        how.status = 0;
    order.services->counters->request_ended(order.backend->site, how);
}

} // namespace v6front
