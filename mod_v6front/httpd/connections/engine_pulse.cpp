// SPDX-License-Identifier: Apache-2.0

#include "engine_pulse.hpp"

#include "core/base/octet_memory.hpp"
#include "core/base/recycled_memory.hpp"
#include "httpd/base/guard.hpp"

#include <algorithm>

namespace v6front
{

engine_pulse::engine_pulse(engine& of, site_counters& tell, unsigned number,
                           const std::atomic<std::size_t>& clients, const node_store& nodes)
    : engine_(of),
      counters_(tell),
      number_(number),
      clients_(clients),
      nodes_(nodes),
      next_(of.context())
{
    next_.expires_after(std::chrono::seconds(0));
    wait();
}

void engine_pulse::wait()
{
    next_.async_wait([this](error_code ended) {
        if (!ended)
            guard("the pulse of an engine", [this] { beat(); });
    });
}

void engine_pulse::beat()
{
    const auto now = clock::now();
    const auto late = std::chrono::duration_cast<std::chrono::microseconds>(now - next_.expiry());
    if (now >= span_end_) {
        worst_before_ = std::exchange(worst_now_, {});
        span_end_ = now + span;
    }
    worst_now_ = std::max(worst_now_, late);
    const auto kept = recycled_memory::kept() + octet_memory::kept() + nodes_.octets();
    counters_.tell_engine(
        {number_, static_cast<std::uint32_t>(clients_.load(std::memory_order_relaxed)),
         static_cast<std::uint32_t>(engine_.idle_connections().idle()),
         static_cast<std::uint32_t>(kept), late, std::max(worst_now_, worst_before_)});
    next_.expires_after(pause);
    wait();
}

} // namespace v6front
