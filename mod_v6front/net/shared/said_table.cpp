// SPDX-License-Identifier: Apache-2.0

#include "said_table.hpp"

#include "relaxed.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

constexpr std::size_t own_size = 256;

std::int64_t boot_milliseconds() noexcept
{
    using std::chrono::steady_clock;
    const auto now = steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace

said_table::said_table(std::span<said_record> shared)
    : own_(shared.empty() ? std::make_unique<said_record[]>(own_size) : nullptr),
      records_(own_ ? std::span<said_record>(own_.get(), own_size) : shared)
{
}

said_table::~said_table() = default;

said_record& said_table::find(std::uint64_t topic) noexcept
{
    constexpr std::size_t max_steps = 32;
    auto at = static_cast<std::size_t>(topic) % records_.size();
    for (std::size_t step = 0; step < std::min(max_steps, records_.size()); ++step) {
        auto& record = records_[at];
        auto found = record.topic.load(relaxed);
        if (found == 0 && record.topic.compare_exchange_strong(found, topic, relaxed))
            return record;
        if (found == topic)
            return record;
        at = (at + 1) % records_.size();
    }
    return records_.back();
}

said_table::turn said_table::take_turn(std::uint64_t topic, std::uint32_t number,
                                       std::chrono::milliseconds span) noexcept
{
    auto& r = find(topic);
    r.since.fetch_add(1, relaxed);
    auto most = r.most.load(relaxed);
    while (number > most && !r.most.compare_exchange_weak(most, number, relaxed)) {
    }
    const auto now = boot_milliseconds();
    auto last = r.at.load(relaxed);
    if ((last != 0 && now - last < span.count()) ||
        !r.at.compare_exchange_strong(last, now, relaxed))
        return {};
    return {true, r.since.exchange(0, relaxed), r.most.exchange(0, relaxed)};
}

} // namespace v6front
