// SPDX-License-Identifier: Apache-2.0

#include "site_counters_memory.hpp"

#include <algorithm>
#include <string_view>

namespace v6front
{

namespace
{

std::uint64_t key_of(const endpoint& address) noexcept
{
    return std::uint64_t{address.address().to_v4().to_uint()} << 16 | address.port();
}

// FNV-1a. The names are the operator's own, so nobody looks for two that are alike.
std::uint64_t hash(std::string_view name) noexcept
{
    std::uint64_t h = 0xcbf29ce484222325u;
    for (const char c : name)
        h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return h == 0 ? 1 : h;
}

std::int64_t now_in_milliseconds() noexcept
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

// Threads in turn.
std::size_t turn_of_thread() noexcept
{
    static std::atomic<std::uint32_t> last{0};
    thread_local std::uint32_t own = 0;
    if (own == 0)
        own = last.fetch_add(1, relaxed) + 1;
    return own;
}

} // namespace

std::size_t site_counters::octets(const dimensions& d) noexcept
{
    return sizeof(counted_row) + d.sites * sizeof(site_record) +
           d.sites * d.stripes * (addresses_of_site + 1) * sizeof(counted_row) +
           d.seats * (sizeof(seat_record) + d.sites * gauges_of_site * sizeof(word)) +
           2 * sizeof(counted_row);
}

std::uint64_t site_counters::layout() noexcept
{
    constexpr std::uint64_t version = 1;
    return version << 56 | std::uint64_t{reason_count} << 48 |
           std::uint64_t{traffic_at::size} << 32 | sizeof(seat_record) << 16 | sizeof(site_record);
}

void site_counters::prepare(void* memory, const dimensions& d) noexcept
{
    static_cast<head*>(memory)->size = d;
}

site_number site_counters::number_of(void* memory, std::string_view name) noexcept
{
    const site_counters all(memory);
    const auto wanted = hash(name);
    const auto sites = all.head_ ? std::min<std::size_t>(all.head_->size.sites, no_site) : 0;
    for (std::size_t i = 0; i < sites; ++i) {
        auto& r = all.record(static_cast<site_number>(i));
        if (r.name.load(relaxed) == 0)
            r.name.store(wanted, relaxed);
        if (r.name.load(relaxed) == wanted)
            return static_cast<site_number>(i);
    }
    return no_site;
}

site_counters::site_counters(void* memory) noexcept
{
    if (!memory)
        return;
    head_ = static_cast<head*>(memory);
    const auto& d = head_->size;
    const auto aligned = [](std::size_t n) {
        return (n + alignof(counted_row) - 1) / alignof(counted_row) * alignof(counted_row);
    };
    sites_ = static_cast<std::byte*>(memory) + sizeof(counted_row);
    rows_ = sites_ + aligned(d.sites * sizeof(site_record));
    seats_ = rows_ + d.sites * d.stripes * (addresses_of_site + 1) * sizeof(counted_row);
}

bool site_counters::has(site_number site) const noexcept
{
    return head_ && site < head_->size.sites;
}

site_counters::site_record& site_counters::record(site_number site) const noexcept
{
    return reinterpret_cast<site_record*>(sites_)[site];
}

site_counters::counted_row& site_counters::row(site_number site, std::size_t place,
                                               std::size_t stripe) const noexcept
{
    const auto& d = head_->size;
    const auto at = (stripe * d.sites + site) * (addresses_of_site + 1) + place;
    return reinterpret_cast<counted_row*>(rows_)[at];
}

site_counters::counted_row& site_counters::own_row(site_number site,
                                                   std::size_t place) const noexcept
{
    return row(site, place, turn_of_thread() & (head_->size.stripes - 1));
}

// Places are never given up: whoever asks for rates wants numbers that stay.
std::size_t site_counters::place_of(site_number site, const endpoint& address) const noexcept
{
    auto& keys = record(site).keys;
    const auto key = key_of(address);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        auto found = keys[i].load(relaxed);
        if (found == 0 && keys[i].compare_exchange_strong(found, key, relaxed))
            return i + 1;
        if (found == key)
            return i + 1;
    }
    return 0;
}

// Nearly always as it was, and then the line that all share is only read.
void site_counters::stand(site_number site, std::size_t place,
                          address_standing::how now) const noexcept
{
    auto& state = record(site).standing[place].state;
    const auto how = static_cast<std::uint64_t>(now);
    auto was = state.load(relaxed);
    if (place == 0 || (was & 3) == how)
        return;
    state.compare_exchange_strong(was, static_cast<std::uint64_t>(now_in_milliseconds()) << 2 | how,
                                  relaxed);
}

void site_counters::request_ended(site_number site, const request_end& how) noexcept
{
    if (!has(site))
        return;
    auto& r = own_row(site, how.address ? place_of(site, *how.address) : 0);
    const auto of = static_cast<std::size_t>(how.status / 100);
    r.add(traffic_at::requests + (of <= 5 ? of : 5));
    if (how.sent > 0)
        r.add(traffic_at::sent, how.sent);
    if (how.received > 0)
        r.add(traffic_at::received, how.received);
    if (how.total)
        r.add_latency(traffic_at::total, *how.total);
    if (how.failed)
        r.add(traffic_at::failures + static_cast<std::size_t>(*how.failed));
}

void site_counters::opened(site_number site, const endpoint& address, microseconds took,
                           tls_use tls) noexcept
{
    if (!has(site))
        return;
    auto& r = own_row(site, place_of(site, address));
    r.add(traffic_at::opened);
    r.add_latency(traffic_at::connect, took);
    if (tls != tls_use::none)
        r.add(traffic_at::handshakes);
    if (tls == tls_use::resumed)
        r.add(traffic_at::resumed);
}

void site_counters::reused(site_number site, const endpoint& address) noexcept
{
    if (has(site))
        own_row(site, place_of(site, address)).add(traffic_at::reused);
}

void site_counters::answered(site_number site, const endpoint& address, microseconds took) noexcept
{
    if (!has(site))
        return;
    const auto place = place_of(site, address);
    own_row(site, place).add_latency(traffic_at::first_byte, took);
    stand(site, place, address_standing::how::up);
}

void site_counters::attempt_failed(site_number site, const std::optional<endpoint>& address,
                                   reason why) noexcept
{
    if (!has(site))
        return;
    const auto place = address ? place_of(site, *address) : 0;
    own_row(site, place).add(traffic_at::attempt_failures + static_cast<std::size_t>(why));
    if (describe(why).whose != fault::backend)
        return;
    record(site).standing[place].failed.store(1 + static_cast<std::uint32_t>(why), relaxed);
    stand(site, place, address_standing::how::failing);
}

void site_counters::recovered(site_number site, const endpoint& address) noexcept
{
    if (has(site))
        stand(site, place_of(site, address), address_standing::how::up);
}

void site_counters::ejected(site_number site, const endpoint& address) noexcept
{
    if (has(site))
        own_row(site, place_of(site, address)).add(traffic_at::ejections);
}

void site_counters::checked(site_number site, const endpoint& address, bool passed) noexcept
{
    if (!has(site))
        return;
    const auto place = place_of(site, address);
    own_row(site, place).add(passed ? traffic_at::checks_passed : traffic_at::checks_failed);
    record(site).standing[place].checked_at.store(now_in_milliseconds(), relaxed);
}

std::vector<counted_address> site_counters::addresses(site_number site) const
{
    std::vector<counted_address> all;
    if (!has(site))
        return all;
    const auto& known = record(site);
    for (std::size_t place = 0; place <= addresses_of_site; ++place) {
        const auto key = place == 0 ? 0 : known.keys[place - 1].load(relaxed);
        if (place > 0 && key == 0)
            break;
        counted_address one;
        if (place > 0)
            one.address.emplace(asio::ip::address_v4(static_cast<std::uint32_t>(key >> 16)),
                                static_cast<std::uint16_t>(key));
        for (std::size_t stripe = 0; stripe < head_->size.stripes; ++stripe)
            for (std::size_t i = 0; i < traffic_at::size; ++i)
                one.numbers[i] += row(site, place, stripe).numbers[i].load(relaxed);
        const auto& standing = known.standing[place];
        const auto state = standing.state.load(relaxed);
        one.standing = {static_cast<address_standing::how>(state & 3),
                        static_cast<std::int64_t>(state >> 2),
                        {},
                        standing.checked_at.load(relaxed)};
        if (const auto failed = standing.failed.load(relaxed); failed > 0)
            one.standing.failed = static_cast<reason>(failed - 1);
        all.push_back(one);
    }
    return all;
}

} // namespace v6front
