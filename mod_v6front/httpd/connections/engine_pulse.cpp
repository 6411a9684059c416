// SPDX-License-Identifier: Apache-2.0

#include "engine_pulse.hpp"

#include "httpd/base/guard.hpp"

#include <algorithm>

namespace v6front
{

engine_pulse::engine_pulse(engine& of, site_counters& tell, unsigned number,
                           const std::atomic<std::size_t>& clients)
    : engine_(of), counters_(tell), number_(number), clients_(clients), next_(of.context())
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
    counters_.tell_engine(number_, clients_.load(std::memory_order_relaxed),
                          engine_.idle_connections().idle(), late,
                          std::max(worst_now_, worst_before_));
    next_.expires_after(pause);
    wait();
}

} // namespace v6front
