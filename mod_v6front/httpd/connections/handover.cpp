// SPDX-License-Identifier: Apache-2.0

#include "handover.hpp"

namespace v6front
{

namespace
{

// A status that nothing in httpd sets (scoreboard.h), so it can only be ours.
constexpr int mark = SERVER_BUSY_DNS;

int thread_limit()
{
    int limit = 0;
    ap_mpm_query(AP_MPMQ_HARD_LIMIT_THREADS, &limit);
    return limit > 0 ? limit : 1;
}

} // namespace

handover_slots::handover_slots()
    : size_(thread_limit()), generations_(std::make_unique<std::atomic<unsigned>[]>(size_))
{
}

// c->id is ID_FROM_CHILD_THREAD(child, thread) (event.c), refreshed whenever a worker resumes it.
handover::handover(conn_rec* c, handover_slots& slots)
    : connection_(c),
      slots_(slots),
      child_(static_cast<int>(c->id / slots.size())),
      slot_(static_cast<int>(c->id % slots.size())),
      generation_(slots.next(slot_))
{
    ap_update_child_status(static_cast<ap_sb_handle_t*>(c->sbh), mark, nullptr);
    c->cs->state = CONN_STATE_SUSPENDED;
}

handover::progress handover::check() const
{
    const auto* worker = ap_get_scoreboard_worker_from_indexes(child_, slot_);
    const int status = __atomic_load_n(&worker->status, __ATOMIC_ACQUIRE);
    const bool moved_on = slots_.now(slot_) != generation_;
    if (!moved_on && status == mark)
        return progress::pending;
    if (__atomic_load_n(&connection_->sbh, __ATOMIC_ACQUIRE) != nullptr)
        return progress::pending;
    return !moved_on && status == SERVER_GRACEFUL ? progress::complete_but_keep
                                                  : progress::complete;
}

} // namespace v6front
