// SPDX-License-Identifier: Apache-2.0

#include "gathered_status.hpp"

#include "httpd/config/backends.hpp"
#include "httpd/config/site_names.hpp"
#include "httpd/process/generations.hpp"
#include "httpd/process/kept_counters.hpp"
#include "httpd/requests/access_notes.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

namespace v6front
{

namespace
{

// One site, while it is gathered: all backends of its name.
struct known_site {
    reported_site report;
    site_number number = no_site;
    std::vector<endpoint> addresses{}; // that requests go to
    bool knows_all = true;             // of these; not while a name was not looked up here
    std::set<check_number> judges{0};  // whose verdict counts for it
    std::set<check_number> checks{};   // of these, health checks
    std::set<unsigned> limits{};
};

void add_once(std::vector<std::string>& all, const std::string& one)
{
    if (std::ranges::find(all, one) == all.end())
        all.push_back(one);
}

void add_once(std::vector<endpoint>& all, const endpoint& one)
{
    if (std::ranges::find(all, one) == all.end())
        all.push_back(one);
}

std::string words_of(const address_state& judged)
{
    if (judged.status > 0)
        return "status " + std::to_string(judged.status);
    return judged.why ? std::string(describe(*judged.why).words) : std::string();
}

class gatherer
{
public:
    gatherer(const server_rec* main_server, const services& shared)
        : main_server_(main_server), shared_(shared), counters_(shared.counters())
    {
        report_.now = apr_time_as_msec(apr_time_now());
        for (auto& each : shared.names().snapshot())
            names_.emplace(each.name, std::move(each));
        for (const auto& used : shared.usage().snapshot())
            usage_.emplace(used.address, used);
        judged_ = shared.for_exchanges().book->snapshot();
        limits_ = shared.for_exchanges().admission->snapshot();
        gauges_ = counters_.gauges();
    }

    status_report all()
    {
        const auto& kept = counters_of_server();
        report_.started = kept.started;
        report_.counts_from = kept.counts_from;
        if (const auto* board = ap_get_scoreboard_global())
            report_.generation = board->running_generation;
        for_each_backend(main_server_, [this](const configured_backend& b) { add(b); });
        for (auto& site : sites_) {
            finish(site);
            report_.sites.push_back(std::move(site.report));
        }
        add_processes();
        return std::move(report_);
    }

private:
    void add(const configured_backend& b);
    void add_name(const std::string& name, const name_state* known);
    void finish(known_site& site);
    void add_addresses(known_site& site, const std::vector<counted_address>& counted);
    void add_usage(const endpoint& at, reported_address& out) const;
    reported_address shown(const endpoint& at, const counted_address* counted) const;
    bool is_avoided(const known_site& site, const endpoint& at) const;
    void judge(const known_site& site, const endpoint& at, bool may_avoid,
               const address_standing& standing, reported_address& out) const;
    void judge_check(const known_site& site, const endpoint& at, wall_time checked,
                     reported_address& out) const;
    void add_processes();
    wall_time before(std::chrono::milliseconds since) const { return report_.now - since.count(); }

    const server_rec* main_server_;
    const services& shared_;
    const site_counters& counters_;
    status_report report_;
    std::map<std::string, name_state> names_;
    std::map<endpoint, usage_state> usage_;
    std::vector<address_state> judged_;
    std::vector<limit_state> limits_;
    std::vector<site_gauges> gauges_;
    std::vector<known_site> sites_;
    std::map<std::pair<std::string, std::string>, std::size_t> places_; // in sites_
    std::set<std::string> named_;
};

void gatherer::add_name(const std::string& name, const name_state* known)
{
    if (!named_.insert(name).second)
        return;
    auto& out = report_.names.emplace_back(reported_name{name});
    if (!known)
        return;
    for (const auto& address : known->addresses)
        out.addresses.push_back(address.to_string());
    if (!known->addresses.empty())
        out.age = static_cast<std::uint64_t>(known->age.count());
    if (known->failing) {
        out.now = reported_name::state::failing;
        out.reason = name_of(*known->failing);
        out.why = describe(*known->failing).words;
    } else if (!known->addresses.empty()) {
        out.now = reported_name::state::found;
    }
}

void gatherer::add(const configured_backend& b)
{
    const auto& of = b.backend;
    const auto key = std::pair(site_server(b.server), site_origin(of.url));
    const auto [at, is_new] = places_.emplace(key, sites_.size());
    if (is_new)
        sites_.push_back({{key.first, key.second, of.url.tls}, of.site});
    auto& site = sites_[at->second];
    add_once(site.report.rules, b.rule);
    site.judges.insert(of.responses);
    if (of.check != 0) {
        site.judges.insert(of.check);
        site.checks.insert(of.check);
    }
    const auto add_address = [&](const endpoint& e) {
        const auto* listeners = shared_.for_exchanges().listeners;
        if (b.may_be_self || !listeners || !listeners->accepts(e))
            add_once(site.addresses, e);
    };
    for (const auto& address : of.addresses)
        add_address(address);
    for (const auto& name : of.names) {
        const auto found = names_.find(name.text);
        const auto* known = found == names_.end() ? nullptr : &found->second;
        add_name(name.text, known);
        if (!known || (known->addresses.empty() && !known->failing))
            site.knows_all = false;
        else
            for (const auto& address : known->addresses)
                add_address({address, of.url.port});
    }
    const auto limit = of.limit;
    if (limit == 0 || limit > limits_.size() || !site.limits.insert(limit).second)
        return;
    const auto rules = resolve(*b.settings, {});
    const auto& now = limits_[limit - 1];
    site.report.limits.push_back(
        {b.rule, rules.max_in_flight, now.in_flight, rules.max_queued, now.waiting});
}

bool gatherer::is_avoided(const known_site& site, const endpoint& at) const
{
    return std::ranges::any_of(judged_, [&](const address_state& j) {
        return j.address == at && !j.well && site.judges.contains(j.check);
    });
}

// Where all are avoided, all are used.
void gatherer::judge(const known_site& site, const endpoint& at, bool may_avoid,
                     const address_standing& standing, reported_address& out) const
{
    using how = address_standing::how;
    if (is_avoided(site, at) && (may_avoid || site.addresses.size() > 1)) {
        out.now = may_avoid ? reported_address::state::avoided : reported_address::state::failing;
        std::chrono::milliseconds longest{-1};
        for (const auto& j : judged_) {
            if (j.address != at || j.well || !site.judges.contains(j.check) || j.since <= longest)
                continue;
            longest = j.since;
            out.since = before(j.since);
            out.reason = site.checks.contains(j.check) ? "check" : j.why ? name_of(*j.why) : "";
            out.why = site.checks.contains(j.check) ? "health check: " + words_of(j) : words_of(j);
        }
        return;
    }
    out.now = standing.now == how::up        ? reported_address::state::up
              : standing.now == how::failing ? reported_address::state::failing
                                             : reported_address::state::unused;
    out.since = standing.since;
    if (standing.now == how::failing && standing.failed) {
        out.reason = name_of(*standing.failed);
        out.why = describe(*standing.failed).words;
    }
}

void gatherer::judge_check(const known_site& site, const endpoint& at, wall_time checked,
                           reported_address& out) const
{
    if (site.checks.empty())
        return;
    auto& check = out.check.emplace();
    check.last = checked;
    check.now = checked == 0 ? reported_check::state::unknown : reported_check::state::passing;
    for (const auto& j : judged_)
        if (j.address == at && !j.well && site.checks.contains(j.check)) {
            check.now = reported_check::state::failing;
            check.since = before(j.since);
            check.why = words_of(j);
        }
}

void gatherer::add_usage(const endpoint& at, reported_address& out) const
{
    if (const auto used = usage_.find(at); used != usage_.end()) {
        out.in_use += used->second.in_use;
        out.idle += used->second.idle;
    }
}

reported_address gatherer::shown(const endpoint& at, const counted_address* counted) const
{
    reported_address out;
    out.address = endpoint_text(at);
    out.now = reported_address::state::former;
    if (counted)
        out.numbers = counted->numbers;
    add_usage(at, out);
    return out;
}

// As many as have numbers of their own at most, so that lists do not grow with whatever addresses a
// name has had. The others are in one entry, with what is counted of all of them.
void gatherer::add_addresses(known_site& site, const std::vector<counted_address>& counted)
{
    const bool any_used = std::ranges::any_of(
        site.addresses, [&](const endpoint& e) { return !is_avoided(site, e); });
    auto& all = site.report.addresses;
    reported_address others;
    bool has_others = false;
    auto room = site_counters::addresses_of_site + 1 - std::max<std::size_t>(counted.size(), 1);
    for (const auto& at : site.addresses) {
        const auto found = std::ranges::find(counted, std::optional(at), &counted_address::address);
        const auto* known = found == counted.end() ? nullptr : &*found;
        if (!known && room == 0) {
            has_others = true;
            add_usage(at, others);
            continue;
        }
        room -= known ? 0u : 1u;
        auto& out = all.emplace_back(shown(at, known));
        judge(site, at, any_used, known ? known->standing : address_standing{}, out);
        judge_check(site, at, known ? known->standing.checked_at : 0, out);
    }
    for (const auto& each : counted) {
        if (!each.address)
            others.numbers = each.numbers;
        else if (std::ranges::find(site.addresses, *each.address) == site.addresses.end())
            all.push_back(shown(*each.address, &each));
    }
    if (has_others || others.numbers.any())
        all.push_back(std::move(others));
}

void gatherer::finish(known_site& site)
{
    auto& report = site.report;
    if (site.number < gauges_.size()) {
        report.in_flight = gauges_[site.number].in_flight;
        report.waiting = gauges_[site.number].waiting;
    }
    const auto counted = counters_.addresses(site.number);
    for (const auto& each : counted)
        if (!site.knows_all && each.address)
            add_once(site.addresses, *each.address);
    add_addresses(site, counted);
}

// Resident, in octets; 0 where the system does not say.
std::uint64_t memory_of(pid_t process)
{
    unsigned long pages = 0;
    const auto file = "/proc/" + std::to_string(process) + "/statm";
    if (auto* f = std::fopen(file.c_str(), "re")) {
        if (std::fscanf(f, "%*u %lu", &pages) != 1)
            pages = 0;
        std::fclose(f);
    }
    return std::uint64_t{pages} * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void gatherer::add_processes()
{
    for (const auto& each : counters_.processes()) {
        auto& out = report_.processes.emplace_back();
        out.slot = each.seat;
        out.pid = each.process;
        out.generation = each.generation;
        out.memory = memory_of(each.process);
        for (const auto& e : each.engines)
            out.engines.push_back({e.number, e.clients, e.idle, e.kept,
                                   static_cast<std::uint64_t>(e.lag.count()),
                                   static_cast<std::uint64_t>(e.lag_max.count())});
    }
}

} // namespace

status_report gather_status(const server_rec* main_server, const services& shared)
{
    return gatherer(main_server, shared).all();
}

} // namespace v6front
