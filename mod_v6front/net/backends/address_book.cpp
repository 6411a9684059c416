// SPDX-License-Identifier: Apache-2.0

#include "address_book.hpp"

#include "core/base/rendezvous.hpp"
#include "net/shared/relaxed.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace v6front
{

namespace
{

// Whoever reads a failure reads its times, too, which were written before.
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
using clock = address_book::clock;

std::int64_t in_milliseconds(clock::duration d) noexcept
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

std::int64_t now() noexcept
{
    return in_milliseconds(clock::now().time_since_epoch());
}

std::size_t by_lot(std::size_t n)
{
    thread_local std::minstd_rand draw(std::random_device{}());
    return draw() % n;
}

bool is_by_check(check_number check) noexcept
{
    return check != 0 && !is_of_responses(check);
}

// From this failure on an address is avoided.
std::uint32_t until_avoided(check_number check) noexcept
{
    return is_by_check(check) ? address_book::checks_until_out : 1;
}

// Why an address has failed, in its record.
constexpr std::uint32_t first_status = 1000;
std::uint32_t code_of(reason r) noexcept
{
    return 1 + static_cast<std::uint32_t>(r);
}

// What counts when an address is chosen.
struct standing {
    endpoint address;
    std::uint32_t in_flight = 0;
    bool well = true;
};

// Of two or more. The one on trial would not be tried if the lot were left to choose it or not.
std::size_t first_of(std::span<const standing> well, const std::optional<endpoint>& on_trial)
{
    for (std::size_t i = 0; on_trial && i < well.size(); ++i) {
        if (well[i].address == *on_trial)
            return i;
    }
    const auto one = by_lot(well.size());
    const auto other = (one + 1 + by_lot(well.size() - 1)) % well.size();
    return well[other].in_flight < well[one].in_flight ? other : one;
}

std::uint64_t number_of(const endpoint& address) noexcept
{
    return std::uint64_t{address.address().to_v4().to_uint()} << 16 | address.port();
}

// Into that client's own order.
void sort_for(std::uint64_t client, endpoint_list& addresses)
{
    std::sort(addresses.begin(), addresses.end(), [client](const endpoint& a, const endpoint& b) {
        return rendezvous_score(client, number_of(a)) > rendezvous_score(client, number_of(b));
    });
}

} // namespace

address_book::address_book(std::span<address_record> shared, teller tell)
    : table_(shared),
      in_flight_(std::make_unique<std::atomic<std::uint32_t>[]>(shared.size())),
      tell_(std::move(tell))
{
}

void address_book::arrange(endpoint_list& addresses, const backend& of,
                           const std::optional<endpoint>& avoid,
                           const std::optional<std::uint64_t>& client)
{
    if (client)
        sort_for(*client, addresses);
    bool any_well = false;
    std::array<standing, max_addresses> all;
    std::optional<endpoint> on_trial;
    const auto n = std::min(addresses.size(), all.size());
    for (std::size_t i = 0; i < n; ++i) {
        auto& a = all[i];
        a.address = addresses[i];
        auto* record = table_.find(a.address);
        if (record) {
            a.in_flight = in_flight_[table_.index(*record)].load(relaxed);
            a.well = record->failures.load(acquire) == 0;
            // Whoever was to try it has died with its process.
            if (!a.well && watch_ && record->next_try.load(relaxed) + last_pause.count() < now())
                watch_(a.address, of);
        }
        if (of.check != 0 && a.well) {
            const auto* checked = table_.look_up(a.address, of.check);
            a.well = !checked || checked->failures.load(relaxed) < checks_until_out;
        }
        if (a.address == avoid)
            a.well = false;
        if (a.well && !is_well(a.address, of.responses)) {
            // No client is sent to another address than its own for that.
            a.well = !(client ? any_well : on_trial.has_value()) &&
                     may_be_asked_again(a.address, of.responses);
            if (a.well)
                on_trial = a.address;
        }
        any_well = any_well || a.well;
    }
    const auto begin = all.begin(), end = begin + n;
    const auto is_well = [](const standing& a) { return a.well; };
    auto well = static_cast<std::size_t>(std::stable_partition(begin, end, is_well) - begin);
    // Where none is, all are tried, but still not first the one that has failed this very request.
    if (well == 0)
        well = static_cast<std::size_t>(
            std::stable_partition(begin, end,
                                  [&](const standing& a) { return a.address != avoid; }) -
            begin);
    if (well > 1 && !client)
        std::rotate(begin, begin + first_of({all.data(), well}, on_trial), begin + well);
    addresses.resize(n);
    std::transform(begin, end, addresses.begin(), [](const standing& a) { return a.address; });
}

address_use address_book::use(const endpoint& address) noexcept
{
    auto* record = table_.find(address);
    return record ? address_use(in_flight_[table_.index(*record)]) : address_use();
}

void address_book::fail(const endpoint& address, const backend& of, check_number check,
                        std::uint32_t until_out, const verdict& why)
{
    auto* record = table_.find(address, check);
    if (!record)
        return;
    // Of several that find the first failure at once, all write the same.
    if (record->failures.load(acquire) == 0) {
        const auto at = now();
        record->failing_since.store(at, relaxed);
        if (!is_by_check(check))
            record->next_try.store(at + (check == 0 ? first_pause : first_trial).count(), relaxed);
    }
    record->why.store(why.code, relaxed);
    const auto failures = record->failures.fetch_add(1, release) + 1;
    if (counters_ && why.counts && failures == until_avoided(check) &&
        !is_avoided_anyway(address, of, check))
        counters_->ejected(of.site, address);
    if (failures == until_out && tell_)
        tell_({address_change::verdict::out, of.authority, address,
               milliseconds(now() - record->failing_since.load(relaxed)), why.words,
               is_by_check(check)});
    if (failures == 1 && check == 0 && watch_)
        watch_(address, of);
}

// Something else says so as well.
bool address_book::is_avoided_anyway(const endpoint& address, const backend& of,
                                     check_number but) noexcept
{
    for (const auto each : {check_number{0}, of.responses, of.check}) {
        const auto* record = each == but ? nullptr : table_.look_up(address, each);
        if (record && record->failures.load(acquire) >= until_avoided(each))
            return true;
    }
    return false;
}

// True if it had failed before.
bool address_book::succeed(const endpoint& address, const backend& of, check_number check,
                           std::uint32_t until_out)
{
    auto* record = table_.look_up(address, check);
    // Nearly always well, and then the line that all children share is only read.
    if (!record || record->failures.load(acquire) == 0)
        return false;
    const auto failures = record->failures.exchange(0, std::memory_order_acq_rel);
    if (counters_ && failures > 0 && !is_by_check(check))
        counters_->recovered(of.site, address);
    if (failures >= until_out && tell_)
        tell_({address_change::verdict::back,
               of.authority,
               address,
               milliseconds(now() - record->failing_since.load(relaxed)),
               {},
               is_by_check(check)});
    return failures > 0;
}

void address_book::succeeded(const endpoint& address, const backend& of)
{
    // Something has begun anew there, so what came of the requests before says little.
    if (!succeed(address, of, 0, failures_until_out))
        return;
    table_.each([&](const endpoint& at, check_number check, address_record& record) {
        if (at == address && is_of_responses(check))
            record.next_try.store(now(), relaxed);
    });
}

void address_book::failed(const endpoint& address, const backend& of, const failure& why)
{
    // That this server has no descriptor left says nothing about anybody else.
    if (describe(why.reason).whose != fault::backend)
        return;
    fail(address, of, 0, failures_until_out, {words_of(why), code_of(why.reason)});
}

void address_book::answered(const endpoint& address, const backend& of)
{
    succeed(address, of, of.responses, failures_until_out);
}

void address_book::closed(const endpoint& address, const backend& of, const failure& why)
{
    fail(address, of, of.responses, failures_until_out, {words_of(why), code_of(why.reason)});
}

bool address_book::may_be_asked_again(const endpoint& address, check_number responses) noexcept
{
    const auto* record = table_.look_up(address, responses);
    // As long again as there has been no response: that doubles without anybody counting.
    const milliseconds without(record ? now() - record->failing_since.load(relaxed) : 0);
    return may_try(address, responses, std::clamp(without, first_trial, last_trial));
}

void address_book::doubt(const endpoint& address, const backend& of)
{
    if (is_well(address))
        fail(address, of, 0, failures_until_out,
             {"it did not answer in time", code_of(reason::response_timed_out)});
}

void address_book::passed_check(const endpoint& address, const backend& of, check_number check)
{
    succeed(address, of, check, checks_until_out);
}

void address_book::failed_check(const endpoint& address, const backend& of, check_number check,
                                const check_failure& why, bool is_only)
{
    const auto code =
        why.status > 0 ? first_status + static_cast<std::uint32_t>(why.status) : code_of(why.why);
    fail(address, of, check, checks_until_out, {why.words, code, !is_only});
}

bool address_book::is_well(const endpoint& address, check_number check) noexcept
{
    const auto* record = table_.look_up(address, check);
    return !record || record->failures.load(acquire) == 0;
}

bool address_book::may_try(const endpoint& address, check_number check,
                           clock::duration pause) noexcept
{
    auto* record = table_.find(address, check);
    if (!record)
        return false;
    const auto at = now();
    auto due = record->next_try.load(relaxed);
    return due <= at &&
           record->next_try.compare_exchange_strong(due, at + in_milliseconds(pause), relaxed);
}

address_book::clock::time_point address_book::next_try(const endpoint& address,
                                                       check_number check) noexcept
{
    const auto* record = table_.find(address, check);
    return clock::time_point(milliseconds(record ? record->next_try.load(relaxed) : 0));
}

void address_book::try_again_in(const endpoint& address, check_number check,
                                clock::duration pause) noexcept
{
    if (auto* record = table_.look_up(address, check))
        record->next_try.store(now() + in_milliseconds(pause), relaxed);
}

std::vector<address_state> address_book::snapshot() const
{
    std::vector<address_state> all;
    table_.each([&](const endpoint& address, check_number check, const address_record& record) {
        auto& state = all.emplace_back(address_state{address, check});
        state.failures = record.failures.load(acquire);
        state.well = state.failures < until_avoided(check);
        const auto why = record.why.load(relaxed);
        if (state.failures > 0 && why >= first_status)
            state.status = static_cast<int>(why - first_status);
        else if (state.failures > 0 && why > 0)
            state.why = static_cast<reason>(why - 1);
        if (state.failures > 0)
            state.since = milliseconds(now() - record.failing_since.load(relaxed));
        if (check == 0)
            state.in_flight = in_flight_[table_.index(record)].load(relaxed);
    });
    return all;
}

address_book::milliseconds address_book::pause(const endpoint& address) noexcept
{
    const auto* record = table_.look_up(address);
    const auto failures = record ? record->failures.load(relaxed) : 0;
    return failures > 3 ? last_pause : std::min(last_pause, first_pause * (1 << failures));
}

} // namespace v6front
