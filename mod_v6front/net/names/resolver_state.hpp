// SPDX-License-Identifier: Apache-2.0
//
// What a resolver keeps, under one lock. For its own sources alone.
#pragma once

#include "resolver.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace v6front
{

struct known_name::record {
    std::string name;
    std::shared_ptr<const ipv4_addresses> addresses;  // the last good answer
    std::chrono::steady_clock::time_point answered{}; // when that was last confirmed
    std::optional<failure> failing;                   // what the lookups since then have met
    std::chrono::steady_clock::time_point next{};     // lookup
    std::chrono::steady_clock::time_point started{};  // the last one
    std::chrono::steady_clock::time_point overdue =
        std::chrono::steady_clock::time_point::max(); // when those in flight count as failed
    std::chrono::steady_clock::duration retry{};
    unsigned in_flight = 0;
    std::uint64_t number = 0;  // of the last lookup that was started
    std::uint64_t applied = 0; // of the lookup that gave the last good answer
    std::vector<std::function<void()>> waiting;
};

// Every function runs under the lock, but run() and ask(), which look up, and say().
struct resolver::shared : std::enable_shared_from_this<resolver::shared> {
    using record = known_name::record;
    using clock = std::chrono::steady_clock;
    // After a failure; doubled with each one that follows, up to the refresh interval.
    static constexpr clock::duration earliest_retry = std::chrono::seconds{1};
    // What is to be said once the lock is released. One that refers to a name holds on to it.
    using news = std::vector<std::function<void()>>;

    lookup_function look_up;
    resolve_rules rules;
    report_function report;
    time_function time;
    std::mutex reporting; // held while the log is written, which its owner outlives
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, std::shared_ptr<known_name>, std::less<>> names;
    unsigned in_flight = 0;
    bool ending = false;
    std::thread keeper;

    clock::duration refresh() const { return rules.refresh; }
    clock::duration first_retry() const { return std::min(refresh(), earliest_retry); }

    void keep();
    clock::time_point attend(known_name& name, clock::time_point now, news& out);
    result<ipv4_addresses> ask(const std::string& name) const;
    bool may_start(const record& r) const;
    void start(known_name& name, clock::time_point now, news& out);
    void run(const std::shared_ptr<known_name>& name, std::uint64_t number);
    void succeed(known_name& name, std::uint64_t number, ipv4_addresses found, news& out);
    void fail(known_name& name, const failure& why, news& out);
    void publish(known_name& name) { name.version_.fetch_add(1, std::memory_order_release); }
    static void wake(record& r, news& out);
    void tell(name_report::kind event, const record& r, bool first, news& out);
    static void say(news& out)
    {
        for (auto& each : out)
            each();
    }
};

} // namespace v6front
