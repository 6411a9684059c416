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

void connection_teller::shown::update(apr_uint32_t& at, apr_uint32_t counted_by_mpm,
                                      apr_uint32_t others)
{
    const auto was = __atomic_load_n(&at, __ATOMIC_RELAXED);
    if (was != total) // the MPM has written since
        ours = std::min(counted_by_mpm, was);
    total = was - ours + counted_by_mpm + others;
    ours = counted_by_mpm + others;
    __atomic_store_n(&at, total, __ATOMIC_RELAXED);
}

void connection_teller::tell()
{
    if (auto* score = ap_get_scoreboard_process(child_)) {
        open_.update(score->connections, counts_.open.load(std::memory_order_relaxed),
                     counts_.accepted.load(std::memory_order_relaxed));
        idle_.update(score->keep_alive, 0, counts_.idle.load(std::memory_order_relaxed));
    }
    next_.arm(deadline_list::pause);
}

} // namespace v6front
