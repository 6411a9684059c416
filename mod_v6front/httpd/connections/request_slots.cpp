// SPDX-License-Identifier: Apache-2.0

#include "request_slots.hpp"

namespace v6front
{

namespace
{

// What is neither busy nor idle: mod_status shows an open slot without a process, and keeps what
// the slot has counted.
void clear(ap_sb_handle_t* slot)
{
    ap_update_child_status(slot, SERVER_DEAD, nullptr);
}

} // namespace

request_slots::~request_slots()
{
    if (pool_)
        apr_pool_destroy(pool_);
}

void request_slots::begin(int child, int number, int engines)
{
    if (pool_)
        return;
    int threads = 0, limit = 0;
    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    ap_mpm_query(AP_MPMQ_HARD_LIMIT_THREADS, &limit);
    apr_pool_create(&pool_, nullptr);
    for (int slot = threads + number; slot < limit; slot += engines) {
        ap_sb_handle_t* made = nullptr;
        ap_create_sb_handle(&made, pool_, child, slot);
        clear(made); // a child that was killed here may have left something
        slots_.push_back(made);
    }
    if (!slots_.empty())
        free_.assign(slots_.rbegin(), slots_.rend() - 1);
}

ap_sb_handle_t* request_slots::take() noexcept
{
    if (free_.empty()) {
        ++sharing_;
        return shared();
    }
    auto* slot = free_.back();
    free_.pop_back();
    return slot;
}

void request_slots::give_back(ap_sb_handle_t* slot) noexcept
{
    if (slot == shared()) {
        --sharing_;
        return clear_shared();
    }
    clear(slot);
    free_.push_back(slot);
}

void request_slots::clear_shared() noexcept
{
    if (shared() && sharing_ == 0)
        clear(shared());
}

} // namespace v6front
