// SPDX-License-Identifier: Apache-2.0
//
// Once a second an engine tells, in memory that all processes share, what it has, and how late it
// was with that: as late as a client that spoke at that moment was heard. Part of an engine thread;
// runs on that thread.
#pragma once

#include "net/engine/engine.hpp"
#include "net/shared/site_counters.hpp"
#include "node_store.hpp"

#include <atomic>
#include <chrono>

namespace v6front
{

class engine_pulse
{
public:
    engine_pulse(engine& of, site_counters& tell, unsigned number,
                 const std::atomic<std::size_t>& clients, const node_store& nodes);

private:
    using clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds pause{1};
    static constexpr std::chrono::seconds span{30};

    void wait();
    void beat();

    engine& engine_;
    site_counters& counters_;
    unsigned number_;
    const std::atomic<std::size_t>& clients_;
    const node_store& nodes_;
    steady_timer next_;
    // The most of this span of time, and of the one before it.
    std::chrono::microseconds worst_now_{};
    std::chrono::microseconds worst_before_{};
    clock::time_point span_end_ = clock::now() + span;
};

} // namespace v6front
