// SPDX-License-Identifier: Apache-2.0

#include "lost_process.hpp"
#include "site_counters_memory.hpp"

namespace v6front
{

site_counters::seat_record& site_counters::seat(std::size_t n) const noexcept
{
    const auto size = sizeof(seat_record) + head_->size.sites * gauges_of_site * sizeof(word);
    return *reinterpret_cast<seat_record*>(seats_ + n * size);
}

site_counters::word* site_counters::seat_gauges(std::size_t n) const noexcept
{
    return reinterpret_cast<word*>(&seat(n) + 1);
}

site_counters::word* site_counters::gauge(site_number site, std::size_t which) const noexcept
{
    return own_gauges_ && has(site) ? own_gauges_ + site * gauges_of_site + which : nullptr;
}

// The seat of one that was killed is taken over: what it had in flight is gone with it. So is one
// that had the same number as this process.
void site_counters::take_seat(pid_t self, int generation) noexcept
{
    const auto own = static_cast<std::uint32_t>(self);
    for (std::size_t n = 0; head_ && !own_ && n < head_->size.seats; ++n) {
        auto& at = seat(n);
        auto holder = at.process.load(relaxed);
        const bool is_free = holder == 0 || holder == own || is_gone(holder);
        if (!is_free || !at.process.compare_exchange_strong(holder, own, relaxed))
            continue;
        own_ = &at;
        own_gauges_ = seat_gauges(n);
        std::fill_n(own_gauges_, head_->size.sites * gauges_of_site, 0u);
        for (auto& engine : at.engines)
            engine.runs.store(0, relaxed);
        at.generation.store(static_cast<std::uint32_t>(generation), relaxed);
    }
}

void site_counters::leave_seat() noexcept
{
    if (own_)
        own_->process.store(0, relaxed);
    own_ = nullptr;
    own_gauges_ = nullptr;
}

std::vector<site_gauges> site_counters::gauges() const
{
    std::vector<site_gauges> all(head_ ? head_->size.sites : 0);
    for (std::size_t n = 0; head_ && n < head_->size.seats; ++n) {
        const auto holder = seat(n).process.load(relaxed);
        if (holder == 0 || is_gone(holder))
            continue;
        const auto* at = seat_gauges(n);
        for (auto& site : all) {
            site.in_flight += at[0].load(relaxed);
            site.waiting += at[1].load(relaxed);
            at += gauges_of_site;
        }
    }
    return all;
}

void site_counters::tell_engine(const counted_engine& now) noexcept
{
    if (!own_ || now.number >= own_->engines.size())
        return;
    auto& e = own_->engines[now.number];
    e.clients.store(now.clients, relaxed);
    e.idle.store(now.idle, relaxed);
    e.kept.store(now.kept, relaxed);
    e.lag.store(static_cast<std::uint32_t>(now.lag.count()), relaxed);
    e.lag_max.store(static_cast<std::uint32_t>(now.lag_max.count()), relaxed);
    e.runs.store(1, relaxed);
}

std::vector<counted_process> site_counters::processes() const
{
    std::vector<counted_process> all;
    for (std::size_t n = 0; head_ && n < head_->size.seats; ++n) {
        const auto& at = seat(n);
        const auto holder = at.process.load(relaxed);
        if (holder == 0 || is_gone(holder))
            continue;
        auto& one = all.emplace_back(counted_process{static_cast<unsigned>(n),
                                                     static_cast<pid_t>(holder),
                                                     static_cast<int>(at.generation.load(relaxed)),
                                                     {}});
        for (unsigned i = 0; i < at.engines.size(); ++i) {
            const auto& e = at.engines[i];
            if (e.runs.load(relaxed) != 0)
                one.engines.push_back({i, e.clients.load(relaxed), e.idle.load(relaxed),
                                       e.kept.load(relaxed), microseconds(e.lag.load(relaxed)),
                                       microseconds(e.lag_max.load(relaxed))});
        }
    }
    return all;
}

} // namespace v6front
