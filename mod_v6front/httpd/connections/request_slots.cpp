// SPDX-License-Identifier: Apache-2.0

#include "request_slots.hpp"

#include <chrono>

namespace v6front
{

// mod_status shows it in whole hundredths of a second, of the whole server.
constexpr std::chrono::milliseconds between_times{100};

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
    octets_sent_ = APR_RETRIEVE_OPTIONAL_FN(ap_logio_get_last_bytes);
    for (int slot = threads + number; slot < limit; slot += engines) {
        ap_sb_handle_t* made = nullptr;
        ap_create_sb_handle(&made, pool_, child, slot);
        clear(made); // a child that was killed here may have left something
        slots_.push_back(made);
    }
    if (!slots_.empty())
        free_.assign(slots_.rbegin(), slots_.rend() - 1);
}

// What is neither busy nor idle: mod_status shows an open slot without a process, and keeps what
// the slot has counted, but not the processor's time.
void request_slots::clear(ap_sb_handle_t* slot) noexcept
{
    ap_update_child_status(slot, SERVER_DEAD, nullptr);
    if (auto* score = ap_get_scoreboard_worker(slot); score && ap_extended_status)
        score->times = processor_time_;
}

void request_slots::count(ap_sb_handle_t* slot, const request_rec* r) noexcept
{
    auto* score = slot ? ap_get_scoreboard_worker(slot) : nullptr;
    if (!score || !ap_extended_status)
        return;
    const auto octets = octets_sent_                                  ? octets_sent_(r->connection)
                        : r->header_only && r->method_number == M_GET ? 0
                                                                      : r->bytes_sent;
    ++score->access_count;
    ++score->my_access_count;
    ++score->conn_count;
    score->bytes_served += octets;
    score->my_bytes_served += octets;
    score->conn_bytes += octets;
    if (const auto now = loop_clock::now(); now - processor_time_at_ >= between_times) {
        times(&processor_time_);
        processor_time_at_ = now;
    }
    score->times = processor_time_;
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
