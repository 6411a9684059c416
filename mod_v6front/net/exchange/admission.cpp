// SPDX-License-Identifier: Apache-2.0

#include "admission.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

constexpr std::size_t in_flight = 0, waiting = 1;

std::string as_detail(const exchange_rules& rules, bool waited)
{
    return "max=" + std::to_string(rules.max_in_flight) +
           (waited
                ? ", none finished within " + std::to_string(rules.connect_timeout.count()) + " ms"
                : ", queue=" + std::to_string(rules.max_queued));
}

} // namespace

admission::admission(std::span<shared_tally::word> shared, std::size_t limits)
    : tally_(shared, counters(limits)), queues_(limits)
{
}

bool admission::add(unsigned limit, std::size_t which, std::uint32_t most) noexcept
{
    return tally_.add(2 * (limit - 1) + which, most);
}

void admission::wake_first(queue& q)
{
    if (q.waiting.empty())
        return;
    const auto& first = q.waiting.front();
    asio::post(first->context, [first] { first->changed.notify(); });
}

void admission::leave(unsigned limit)
{
    tally_.subtract(2 * (limit - 1) + in_flight);
    auto& q = queues_[limit - 1];
    if (q.length.load() == 0)
        return;
    const std::lock_guard lock(q.mutex);
    wake_first(q);
}

// One who waits. Its engine lives at least as long, since it is taken from the queue before.
class admission::queued
{
public:
    // It is counted already.
    queued(admission& in, unsigned limit, asio::io_context& context)
        : counted_{in, limit},
          in_(in),
          limit_(limit),
          queue_(in.queues_[limit - 1]),
          self_(std::make_shared<waiter>(context))
    {
        const std::lock_guard lock(queue_.mutex);
        queue_.waiting.push_back(self_);
        queue_.length = queue_.waiting.size();
    }
    ~queued()
    {
        const std::lock_guard lock(queue_.mutex);
        std::erase(queue_.waiting, self_);
        queue_.length = queue_.waiting.size();
        // More than one place may be free, and the request that was woken may have gone.
        wake_first(queue_);
    }
    queued(const queued&) = delete;
    queued& operator=(const queued&) = delete;

    event& changed() noexcept { return self_->changed; }
    bool may_pass(std::uint32_t most)
    {
        const std::lock_guard lock(queue_.mutex);
        return queue_.waiting.front() == self_ && in_.add(limit_, in_flight, most);
    }

private:
    struct counted {
        admission& in;
        unsigned limit;
        ~counted() { in.tally_.subtract(2 * (limit - 1) + waiting); }
    };
    counted counted_; // also where there is no memory for the rest
    admission& in_;
    unsigned limit_;
    queue& queue_;
    waiter_ptr self_;
};

task<result<admission::place>> admission::enter(engine& engine, client& peer,
                                                const exchange_order& order)
{
    const auto limit = order.backend->limit;
    const auto& rules = order.rules;
    if (queues_[limit - 1].length.load() == 0 && add(limit, in_flight, rules.max_in_flight))
        co_return place(*this, limit);
    if (!add(limit, waiting, rules.max_queued))
        co_return failure{reason::too_many_in_flight, {}, as_detail(rules, false)};
    if (order.follower)
        order.follower->waits_for_turn();
    queued self(*this, limit, engine.context());
    auto* counters = order.services->counters;
    const auto waits =
        counters ? counters->begin_waiting(order.backend->site) : site_counters::flight();
    deadline over(engine.deadlines(), [&self] { self.changed().notify(); });
    over.arm(rules.connect_timeout);
    deadline look_again(engine.deadlines(), [&self] { self.changed().notify(); });
    peer.watch_for_departure([&self] { self.changed().notify(); });
    bool passed = false;
    while (!passed && !over.expired() && !peer.has_departed()) {
        look_again.arm(deadline_list::tick);
        co_await self.changed().wait(engine.get_executor());
        passed = self.may_pass(rules.max_in_flight);
    }
    peer.watch_for_departure(nullptr);
    if (passed)
        co_return place(*this, limit);
    if (peer.has_departed())
        co_return failure{reason::client_gone, {}, "while waiting in the queue"};
    co_return failure{reason::too_many_in_flight, {}, as_detail(rules, true)};
}

std::vector<limit_state> admission::snapshot() const
{
    std::vector<limit_state> all;
    for (unsigned limit = 1; limit <= queues_.size(); ++limit)
        all.push_back({limit, tally_.value(2 * (limit - 1) + in_flight),
                       tally_.value(2 * (limit - 1) + waiting)});
    return all;
}

task<outcome> run_when_admitted(engine& engine, client& peer, const exchange_order& order)
{
    using clock = std::chrono::steady_clock;
    const auto start = clock::now();
    auto place = co_await order.services->admission->enter(engine, peer, order);
    const auto waited = std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - start);
    if (!place) {
        outcome record;
        record.queue_time = waited;
        record.status = describe(place.error().reason).status;
        record.failed = place.error();
        co_return record;
    }
    auto record = co_await run_exchange(engine, peer, order);
    record.queue_time = waited;
    co_return record;
}

} // namespace v6front
