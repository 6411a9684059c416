// SPDX-License-Identifier: Apache-2.0

#include "process_state.hpp"

#include "httpd/config/backends.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace v6front
{

namespace
{

// What was gathered, by what it is looked up with.
struct gathered {
    std::map<endpoint, usage_state> usage;
    std::map<std::string, ipv4_addresses> names;
    std::vector<address_state> judged;

    listed_address describe(const endpoint& at, const backend& of) const
    {
        listed_address listed{at};
        if (const auto found = usage.find(at); found != usage.end()) {
            listed.in_use = found->second.in_use;
            listed.idle = found->second.idle;
        }
        for (const auto& j : judged)
            if (j.address == at && !j.well &&
                (j.check == 0 || j.check == of.responses || j.check == of.check)) {
                listed.well = false;
                listed.since = std::max(listed.since, j.since);
            }
        return listed;
    }
    listed_backend describe(const backend& b) const
    {
        listed_backend listed{b.authority, {}};
        for (const auto& at : b.addresses)
            listed.addresses.push_back(describe(at, b));
        for (const auto& name : b.names)
            if (const auto found = names.find(name.text); found != names.end())
                for (const auto& address : found->second)
                    listed.addresses.push_back(describe({address, b.url.port}, b));
        return listed;
    }
};

std::vector<endpoint> places_of(const listed_backend& b)
{
    std::vector<endpoint> places;
    places.reserve(b.addresses.size());
    for (const auto& a : b.addresses)
        places.push_back(a.at);
    return places;
}

} // namespace

process_state list_process(const server_rec* main_server, const services& shared,
                           const engine_threads& engines)
{
    process_state all{{},
                      shared.names().snapshot(),
                      {},
                      engines.snapshot(),
                      shared.borrowed().snapshot(),
                      shared.clients().snapshot()};
    gathered known;
    for (const auto& name : all.names)
        known.names.emplace(name.name, name.addresses);
    for (const auto& used : shared.usage().snapshot())
        known.usage.emplace(used.address, used);
    known.judged = shared.for_exchanges().book->snapshot();
    const auto limits = shared.for_exchanges().admission->snapshot();

    // Many rules have the same backend, and virtual hosts inherit rules.
    std::set<std::tuple<std::string, std::vector<endpoint>, check_number, check_number>> seen;
    std::set<unsigned> seen_limits;
    for_each_backend(main_server, [&](const configured_backend& b) {
        auto listed = known.describe(b.backend);
        const auto& of = b.backend;
        if (seen.emplace(listed.name, places_of(listed), of.check, of.responses).second)
            all.backends.push_back(std::move(listed));
        const auto limit = b.backend.limit;
        if (limit == 0 || limit > limits.size() || !seen_limits.insert(limit).second)
            return;
        const auto rules = resolve(*b.settings, {});
        all.limits.push_back({b.rule, limits[limit - 1].in_flight, rules.max_in_flight,
                              limits[limit - 1].waiting, rules.max_queued});
    });
    return all;
}

} // namespace v6front
