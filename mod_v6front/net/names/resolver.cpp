// SPDX-License-Identifier: Apache-2.0

#include "resolver.hpp"

#include "net/loop/signals_blocked.hpp"
#include "resolver_state.hpp"

#include <algorithm>
#include <new>
#include <optional>

namespace v6front
{

namespace
{

using clock = std::chrono::steady_clock;

// Threads that hang in a lookup: in all, beside an earlier one of the same name, and for one name.
// What is beyond waits for one to end. Half of them are kept for names that have none, so that a
// few names that hang, each tried again and again, do not hold up the others.
constexpr unsigned max_in_flight = 64;
constexpr unsigned max_in_flight_beside = 32;
constexpr unsigned max_per_name = 4;

bool same_set(ipv4_addresses a, ipv4_addresses b)
{
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
}

} // namespace

known_name::known_name(std::string name) : record_(std::make_shared<record>())
{
    record_->name = std::move(name);
}

void resolver::shared::tell(name_report::kind event, const record& r, bool first, news& out)
{
    if (ending)
        return;
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(time() - r.answered);
    out.push_back([self = shared_from_this(), event, first, name = r.name, addresses = r.addresses,
                   why = r.failing, age] {
        const std::lock_guard lock(self->reporting);
        if (!self->report)
            return;
        const bool dropped = event == name_report::kind::dropped;
        self->report({.event = event,
                      .name = name,
                      .addresses = addresses.get(),
                      .why = why ? &*why : nullptr,
                      .age = addresses || dropped ? age : std::chrono::seconds{0},
                      .first = first});
    });
}

// A lookup has ended, or is late: those that wait for it see what is known now.
void resolver::shared::wake(record& r, news& out)
{
    for (auto& done : std::exchange(r.waiting, {}))
        out.push_back(std::move(done));
}

void resolver::shared::succeed(known_name& name, std::uint64_t number, ipv4_addresses found,
                               news& out)
{
    auto& r = *name.record_;
    if (number < r.applied)
        return; // overtaken by a later lookup, so older than what is known
    const auto now = time();
    const bool first = name.version() == 0;
    const bool again = r.failing.has_value() || first;
    const bool differs = !r.addresses || !same_set(*r.addresses, found);
    r.applied = number;
    r.answered = now;
    r.failing.reset();
    r.retry = first_retry();
    r.next = now + refresh();
    if (differs) {
        const bool moved = r.addresses != nullptr;
        r.addresses = std::make_shared<const ipv4_addresses>(std::move(found));
        publish(name);
        if (moved)
            tell(name_report::kind::changed, r, first, out);
    }
    if (again)
        tell(name_report::kind::found, r, first, out);
}

void resolver::shared::fail(known_name& name, const failure& why, news& out)
{
    auto& r = *name.record_;
    const bool first = name.version() == 0;
    const bool news_to_us = !r.failing;
    r.failing = why;
    r.next = std::min(r.next, time() + r.retry);
    r.retry = std::min(r.retry * 2, refresh());
    if (!r.addresses)
        publish(name);
    if (news_to_us)
        tell(name_report::kind::failing, r, first, out);
    wake(r, out);
}

result<ipv4_addresses> resolver::shared::ask(const std::string& name) const
{
    try {
        return look_up(name);
    } catch (const std::bad_alloc&) {
        return failure{reason::out_of_resources, {}, {}};
    }
}

void resolver::shared::run(const std::shared_ptr<known_name>& name, std::uint64_t number)
{
    auto found = ask(name->record_->name); // the name itself never changes
    news out;
    {
        const std::lock_guard lock(mutex);
        auto& r = *name->record_;
        --in_flight;
        --r.in_flight;
        r.overdue = clock::time_point::max();
        try {
            if (found)
                succeed(*name, number, *std::move(found), out);
            else if (number >= r.applied)
                fail(*name, found.error(), out);
            wake(r, out);
        } catch (const std::bad_alloc&) { // the next lookup tells
        }
        changed.notify_one();
    }
    say(out);
}

void resolver::shared::start(known_name& name, clock::time_point now, news& out)
{
    auto& r = *name.record_;
    r.started = now;
    if (r.in_flight == 0)
        r.overdue = now + rules.timeout;
    // Should it hang, the next one does not wait for it.
    r.next = now + (r.addresses && !r.failing ? refresh() : r.retry);
    ++r.in_flight;
    ++in_flight;
    ++r.number;
    try {
        const auto self = names.find(r.name)->second;
        std::thread([s = shared_from_this(), self, n = r.number] { s->run(self, n); }).detach();
    } catch (const std::system_error& e) {
        --r.in_flight;
        --in_flight;
        const error_code ec(e.code().value(), boost::system::system_category());
        fail(name, {reason::out_of_resources, ec, r.name}, out);
    } catch (const std::bad_alloc&) {
        --r.in_flight;
        --in_flight;
        throw;
    }
}

bool resolver::shared::may_start(const record& r) const
{
    if (r.in_flight == 0)
        return in_flight < max_in_flight;
    return r.in_flight < max_per_name && in_flight < max_in_flight_beside;
}

// Does what is due for the name, and says when to come again.
clock::time_point resolver::shared::attend(known_name& name, clock::time_point now, news& out)
{
    auto& r = *name.record_;
    if (now >= r.overdue && r.in_flight > 0) {
        r.overdue = clock::time_point::max();
        fail(name, {reason::lookup_timed_out, {}, r.name}, out);
    }
    if (r.addresses && r.failing && now >= r.answered + rules.max_stale) {
        tell(name_report::kind::dropped, r, false, out);
        r.addresses.reset();
        publish(name);
    }
    if (now >= r.next && may_start(r))
        start(name, now, out);
    auto again =
        may_start(r) ? r.next : clock::time_point::max(); // the end of a lookup wakes the keeper
    if (r.in_flight > 0)
        again = std::min(again, r.overdue);
    if (r.addresses && r.failing)
        again = std::min(again, r.answered + rules.max_stale);
    return again;
}

void resolver::shared::keep()
{
    std::unique_lock lock(mutex);
    while (!ending) {
        news out;
        const auto now = time();
        auto again = now + std::chrono::hours(1);
        try {
            for (const auto& [key, name] : names)
                again = std::min(again, attend(*name, now, out));
        } catch (const std::bad_alloc&) {
            again = now + first_retry();
        }
        if (!out.empty()) {
            lock.unlock();
            say(out);
            lock.lock();
            continue;
        }
        changed.wait_for(lock, again - now);
    }
}

resolver::resolver(lookup_function look_up, resolve_rules rules, report_function report,
                   time_function time)
    : shared_(std::make_shared<shared>())
{
    shared_->look_up = std::move(look_up);
    shared_->rules = rules;
    shared_->report = std::move(report);
    shared_->time = std::move(time);
}

resolver::~resolver()
{
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->ending = true;
    }
    shared_->changed.notify_one();
    if (shared_->keeper.joinable())
        shared_->keeper.join();
    const std::lock_guard lock(shared_->reporting);
    shared_->report = nullptr;
}

std::shared_ptr<known_name> resolver::know(std::string_view name)
{
    const std::lock_guard lock(shared_->mutex);
    const auto found = shared_->names.find(name);
    if (found != shared_->names.end())
        return found->second;
    auto made = std::shared_ptr<known_name>(new known_name(std::string(name)));
    made->record_->retry = shared_->first_retry();
    shared_->names.emplace(name, made);
    if (!shared_->keeper.joinable()) {
        const signals_blocked quiet;
        shared_->keeper = std::thread([s = shared_] { s->keep(); });
    }
    shared_->changed.notify_one();
    return made;
}

lookup_result resolver::answer(const known_name& name) const
{
    const std::lock_guard lock(shared_->mutex);
    const auto& r = *name.record_;
    if (r.addresses)
        return r.addresses;
    return r.failing ? *r.failing : failure{reason::lookup_failed, {}, r.name};
}

void resolver::when_known(const known_name& name, std::function<void()> done)
{
    {
        const std::lock_guard lock(shared_->mutex);
        if (name.version() == 0) {
            name.record_->waiting.push_back(std::move(done));
            return;
        }
    }
    done();
}

void resolver::wanted(const known_name& name)
{
    const std::lock_guard lock(shared_->mutex);
    auto& r = *name.record_;
    r.retry = shared_->first_retry();
    const auto soon = r.started + r.retry;
    if (r.next <= soon)
        return;
    r.next = soon;
    shared_->changed.notify_one();
}

void resolver::doubted(const known_name& name, std::function<void()> done)
{
    {
        const std::lock_guard lock(shared_->mutex);
        auto& r = *name.record_;
        const auto now = shared_->time();
        const bool is_recent = now < r.started + shared_->first_retry();
        if (!is_recent)
            r.next = now; // beside one that hangs, if there is one
        if (!is_recent || r.in_flight > 0) {
            if (done)
                r.waiting.push_back(std::move(done));
            shared_->changed.notify_one();
            return;
        }
    }
    if (done)
        done();
}

} // namespace v6front
