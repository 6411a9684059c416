// SPDX-License-Identifier: Apache-2.0
//
// A resolver with an engine's cache before it and a name server behind it that says what it is told
// to, and a record of what the log would say.
#pragma once

#include "mod_v6front/net/engine/engine.hpp"

#include "loopback.hpp"
#include "name_server.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace v6front::test
{

using namespace std::chrono_literals;

inline std::string text(const lookup_result& found)
{
    if (!found)
        return std::string(describe(found.error().reason).words);
    std::string all;
    for (const auto& a : **found)
        all += a.to_string() + " ";
    return all;
}

// The name as a backend has it.
inline numbered_name numbered(std::string_view name)
{
    static std::mutex mutex;
    static name_numbers numbers;
    const std::lock_guard lock(mutex);
    return numbers(name);
}

// As text: what failed and what was found compare alike.
inline task<std::string> look_up(name_cache& names, std::string_view name,
                                 std::chrono::milliseconds limit)
{
    const auto wanted = numbered(name);
    const auto found = co_await names.resolve(wanted, limit);
    co_return text(found);
}

inline const std::string no_name{describe(reason::name_not_found).words};
inline const std::string too_late{describe(reason::lookup_timed_out).words};

inline const char* word(name_report::kind event)
{
    switch (event) {
    case name_report::kind::found:
        return "found";
    case name_report::kind::changed:
        return "changed";
    case name_report::kind::failing:
        return "failing";
    case name_report::kind::dropped:
        return "dropped";
    }
    return "";
}

// What the log would say.
class listener
{
public:
    report_function function()
    {
        return [this](const name_report& r) {
            std::string line = word(r.event);
            if (r.addresses)
                line += " " + r.addresses->front().to_string();
            if (r.why)
                line += " (" + std::string(describe(r.why->reason).words) + ")";
            const std::lock_guard lock(mutex_);
            lines_.push_back(line);
        };
    }
    std::vector<std::string> lines() const
    {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

struct bench {
    explicit bench(resolve_rules r = {}, time_function t = std::chrono::steady_clock::now)
        : rules(r), time(std::move(t))
    {
    }
    started<std::string> start(std::string_view name, std::chrono::milliseconds limit = 60s)
    {
        started<std::string> run(context, look_up(cache, name, limit));
        context.restart();
        context.poll();
        return run;
    }
    std::string get(const started<std::string>& run)
    {
        REQUIRE(until(context, [&] { return run.done(); }));
        return run.value();
    }
    std::string resolve(std::string_view name) { return get(start(name)); }
    bool asked(unsigned times)
    {
        return until(context, [&] { return server->asked() >= times; });
    }
    bool becomes(const std::string& answer)
    {
        return until(context, [&] { return resolve("site.example") == answer; });
    }
    bool hears(const std::vector<std::string>& lines)
    {
        return until(context, [&] { return heard.lines() == lines; });
    }

    resolve_rules rules;
    time_function time;
    listener heard;
    std::shared_ptr<name_server> server = std::make_shared<name_server>();
    resolver names{server->function(), rules, heard.function(), time};
    asio::io_context context;
    deadline_list deadlines{context};
    name_cache cache{names, context, deadlines};
};

} // namespace v6front::test
