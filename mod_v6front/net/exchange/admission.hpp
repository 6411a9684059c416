// SPDX-License-Identifier: Apache-2.0
//
// How many exchanges of a route may be in flight at once (max=), counted over all child processes,
// and which of them wait for a place (queue=): few, and not for long, so that a slow site takes
// neither the server's threads nor its clients' patience.
//
// Life: part of a child. Any thread may call; only an exchange that has to wait, or that leaves
// while others wait, takes a lock. A waiting one is woken in turn by one that leaves in the same
// process; what other processes leave is seen within a tick of the engine's deadlines.
#pragma once

#include "net/loop/event.hpp"
#include "net/shared/shared_tally.hpp"
#include "exchange.hpp"

#include <deque>
#include <memory>
#include <mutex>

namespace v6front
{

// A limit, for whoever lists it: in all child processes together.
struct limit_state {
    unsigned limit; // its number
    std::uint32_t in_flight;
    std::uint32_t waiting;
};

class admission
{
public:
    // Of each limit two counters: in flight, waiting.
    static constexpr std::size_t counters(std::size_t limits) noexcept { return 2 * limits; }

    admission(std::span<shared_tally::word> shared, std::size_t limits);

    void take_seat(pid_t self) noexcept { tally_.take_seat(self); }

    // A place among those in flight, held as long as this exists.
    class place
    {
    public:
        place(admission& in, unsigned limit) noexcept : in_(&in), limit_(limit) {}
        place(place&& other) noexcept : in_(std::exchange(other.in_, nullptr)), limit_(other.limit_)
        {
        }
        place& operator=(place&&) = delete;
        ~place()
        {
            if (in_)
                in_->leave(limit_);
        }

    private:
        admission* in_;
        unsigned limit_;
    };
    task<result<place>> enter(engine& engine, client& peer, const exchange_order& order);
    // False for a limit without a counter: there is no memory that all child processes share.
    bool counts(unsigned limit) const noexcept { return limit != 0 && limit <= queues_.size(); }
    // Any thread: all limits, by their numbers.
    std::vector<limit_state> snapshot() const;

private:
    struct waiter {
        explicit waiter(asio::io_context& c) : context(c) {}
        asio::io_context& context;
        event changed;
    };
    using waiter_ptr = std::shared_ptr<waiter>;
    struct queue {
        std::mutex mutex;
        std::deque<waiter_ptr> waiting;
        std::atomic<std::size_t> length{0};
    };
    class queued;

    bool add(unsigned limit, std::size_t which, std::uint32_t most) noexcept;
    void leave(unsigned limit);
    static void wake_first(queue& q);

    shared_tally tally_;
    std::vector<queue> queues_; // by limit, of this process
};

// run_exchange, for a route with a limit only when it has a place.
task<outcome> run_when_admitted(engine& engine, client& peer, const exchange_order& order);

inline task<outcome> run_admitted(engine& engine, client& peer, const exchange_order& order)
{
    const auto* admission = order.services->admission;
    const bool must_enter =
        admission && admission->counts(order.backend->limit) && !order.has_place;
    return must_enter ? run_when_admitted(engine, peer, order) : run_exchange(engine, peer, order);
}

} // namespace v6front
