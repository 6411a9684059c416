// SPDX-License-Identifier: Apache-2.0

#include "site_usage.hpp"

#include "net/loop/loop_clock.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace v6front
{

namespace
{

using std::chrono::duration_cast;
using std::chrono::milliseconds;

loop_clock::duration since_start() noexcept
{
    return loop_clock::now().time_since_epoch();
}

// Peaks are remembered by spans of two seconds, this one and the one before.
std::int64_t span_now() noexcept
{
    return duration_cast<std::chrono::seconds>(since_start()).count() / 2;
}

std::int64_t millisecond_now() noexcept
{
    return duration_cast<milliseconds>(since_start()).count();
}

std::uint32_t as_word(milliseconds t) noexcept
{
    constexpr milliseconds::rep most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::clamp<milliseconds::rep>(t.count(), 1, most));
}

} // namespace

struct site_usage::memory {
    explicit memory(std::size_t addresses) : records(addresses), counters(words(addresses, 0)) {}
    std::vector<usage_record> records;
    std::vector<shared_tally::word> counters;
};

site_usage::site_usage(std::size_t addresses)
    : own_(std::make_unique<memory>(addresses)),
      records_(own_->records),
      tally_(own_->counters, 2 * addresses)
{
}

site_usage::site_usage(std::span<usage_record> records, std::span<shared_tally::word> counters)
    : own_(records.empty() ? std::make_unique<memory>(usual_size) : nullptr),
      records_(own_ ? std::span<usage_record>(own_->records) : records),
      tally_(own_ ? std::span<shared_tally::word>(own_->counters) : counters, 2 * records_.size())
{
}

site_usage::~site_usage() = default;

site_usage::place site_usage::find(const endpoint& address) noexcept
{
    const auto key = std::uint64_t{address.address().to_v4().to_uint()} << 16 | address.port();
    const auto size = records_.size();
    // Multiplying spreads neighbours, and the high bits depend on all of the key.
    auto at = static_cast<std::size_t>((key * 0x9e3779b97f4a7c15u) >> 32) % size;
    constexpr std::size_t max_steps = 32;
    for (std::size_t step = 0; step < std::min(max_steps, size); ++step) {
        auto found = records_[at].key.load(relaxed);
        if (found == 0 && records_[at].key.compare_exchange_strong(found, key, relaxed))
            return at;
        if (found == key)
            return at;
        at = (at + 1) % size;
    }
    return size - 1;
}

void site_usage::begin(place at) noexcept
{
    tally_.add(2 * at, std::numeric_limits<std::uint32_t>::max());
    const auto n = in_use(at);
    auto& r = records_[at];
    const auto now = span_now();
    auto then = r.span.load(relaxed);
    if (then != now && r.span.compare_exchange_strong(then, now, relaxed)) {
        r.peak_before.store(then + 1 == now ? r.peak_now.load(relaxed) : 0, relaxed);
        r.peak_now.store(n, relaxed);
    }
    auto peak = r.peak_now.load(relaxed);
    while (n > peak && !r.peak_now.compare_exchange_weak(peak, n, relaxed)) {
    }
}

std::uint32_t site_usage::allowed(place at, milliseconds idle_for) const noexcept
{
    const auto& r = records_[at];
    const auto age = span_now() - r.span.load(relaxed);
    auto peak = in_use(at);
    if (age <= 1)
        peak = std::max(peak, r.peak_now.load(relaxed));
    if (age == 0)
        peak = std::max(peak, r.peak_before.load(relaxed));
    constexpr auto sinking = shrink_time - hold_time;
    const auto left = std::clamp(shrink_time - idle_for, milliseconds(0), sinking);
    return least_kept + static_cast<std::uint32_t>(peak * left.count() / sinking.count());
}

bool site_usage::ask(place at) noexcept
{
    auto& r = records_[at];
    const auto now = millisecond_now();
    auto then = r.asked_at.load(relaxed);
    if (now - then < ask_pause.count() || !r.asked_at.compare_exchange_strong(then, now, relaxed))
        return false;
    r.asked.fetch_add(1, relaxed);
    return true;
}

bool site_usage::take_asked(place at) noexcept
{
    auto& asked = records_[at].asked;
    auto n = asked.load(relaxed);
    while (n > 0 && !asked.compare_exchange_weak(n, n - 1, relaxed)) {
    }
    return n > 0;
}

void site_usage::take_back(place at) noexcept
{
    take_asked(at);
}

milliseconds site_usage::patience(place at) const noexcept
{
    const milliseconds usual{records_[at].answer.load(relaxed)};
    return std::clamp(4 * usual, least_patience, max_patience);
}

void site_usage::note_answer(place at, std::chrono::microseconds took) noexcept
{
    auto& answer = records_[at].answer;
    const auto usual = answer.load(relaxed);
    const auto now = as_word(duration_cast<milliseconds>(took));
    // Where nearly all take the same time, this writes nothing.
    if (const auto mean = usual == 0 ? now : (7 * usual + now + 7) / 8; mean != usual)
        answer.store(mean, relaxed);
}

void site_usage::note_closed(place at, milliseconds after) noexcept
{
    auto& r = records_[at];
    const auto was = life(at).count();
    const auto now = as_word(after);
    if (was == 0 || now < was)
        r.life.store(now, relaxed);
    if (was == 0 || now <= 2 * was)
        r.closed_at.store(millisecond_now(), relaxed);
}

void site_usage::note_open(place at, milliseconds after) noexcept
{
    auto& r = records_[at];
    if (after >= proof && r.keeps.load(relaxed) == 0)
        r.keeps.store(1, relaxed);
    // A shorter time was that of a restart, or of other settings. One that closes after so many
    // requests, rather than after a time, is not judged by those that it has not served yet.
    auto was = r.life.load(relaxed);
    if (after >= shrink_time && was != 0 && as_word(after) > 2 * std::uint64_t{was})
        r.life.compare_exchange_strong(was, as_word(after), relaxed);
}

milliseconds site_usage::life(place at) const noexcept
{
    const auto& r = records_[at];
    const milliseconds shortest{r.life.load(relaxed)};
    const milliseconds passed{millisecond_now() - r.closed_at.load(relaxed)};
    return passed < memory_of_closings ? shortest : milliseconds(0);
}

std::vector<usage_state> site_usage::snapshot() const
{
    std::vector<usage_state> all;
    for (place at = 0; at < records_.size(); ++at)
        if (const auto key = records_[at].key.load(relaxed))
            all.push_back({{asio::ip::address_v4(static_cast<std::uint32_t>(key >> 16)),
                            static_cast<std::uint16_t>(key)},
                           in_use(at),
                           idle(at)});
    return all;
}

bool site_usage::is_known(place at) const noexcept
{
    return life(at) != milliseconds(0) || records_[at].keeps.load(relaxed) != 0;
}

} // namespace v6front
