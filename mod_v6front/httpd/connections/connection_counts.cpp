// SPDX-License-Identifier: Apache-2.0

#include "connection_counts.hpp"

#include <algorithm>

namespace v6front
{

connection_teller::connection_teller(deadline_list& deadlines, const connection_counts& counts)
    : counts_(counts), next_(deadlines, [this] { tell(); })
{
}

void connection_teller::begin(int child)
{
    static std::atomic<bool> has_begun{false};
    if (has_begun.exchange(true))
        return;
    child_ = child;
    next_.arm(deadline_list::pause);
}

void connection_teller::shown::update(apr_uint32_t& at, apr_uint32_t now)
{
    const auto was = __atomic_load_n(&at, __ATOMIC_RELAXED);
    if (was != total) // the MPM has written since
        ours = mpm_counts_ours ? std::min(now, was) : 0;
    total = was - ours + now;
    ours = now;
    __atomic_store_n(&at, total, __ATOMIC_RELAXED);
}

void connection_teller::tell()
{
    if (auto* score = ap_get_scoreboard_process(child_)) {
        open_.update(score->connections, counts_.open.load(std::memory_order_relaxed));
        idle_.update(score->keep_alive, counts_.idle.load(std::memory_order_relaxed));
    }
    next_.arm(deadline_list::pause);
}

} // namespace v6front
