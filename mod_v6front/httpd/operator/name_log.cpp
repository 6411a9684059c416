// SPDX-License-Identifier: Apache-2.0

#include "name_log.hpp"

#include "core/base/text_number.hpp"
#include "httpd/base/guard.hpp"
#include "httpd/config/backends.hpp"
#include "access_by_address.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace v6front
{

namespace
{

std::string list(const ipv4_addresses& addresses)
{
    std::string out;
    for (const auto& a : addresses)
        out += (out.empty() ? "" : ", ") + a.to_string();
    return out;
}

// The ports under which each name is a backend, where it must not be this server itself.
using ports_of_names = std::map<std::string, std::set<std::uint16_t>, std::less<>>;

void warn_of_loop(const server_rec* s, const own_listeners& listeners, const ports_of_names& ports,
                  const name_report& report)
{
    const auto found = ports.find(report.name);
    if (found == ports.end())
        return;
    for (const auto port : found->second)
        for (const auto& a : *report.addresses)
            if (listeners.accepts({a, port}))
                ap_log_error(
                    APLOG_MARK, APLOG_WARNING, 0, s,
                    V6LOGNO(
                        0305) "backend %s resolves to %s, port %u, where this server itself "
                              "listens: that address would loop and is not used. Correct the "
                              "name's A record, or give the site's address with V6FrontBackendV4",
                    report.name.c_str(), a.to_string().c_str(), unsigned{port});
}

void log_failing(const server_rec* s, const name_report& report, const std::string& why)
{
    if (report.addresses)
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                     V6LOGNO(0301) "backend %s: %s; still using the answer from %ld s ago (%s). "
                                   "Check the name server",
                     report.name.c_str(), why.c_str(), static_cast<long>(report.age.count()),
                     list(*report.addresses).c_str());
    else
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     V6LOGNO(0302) "backend %s: %s; it has no address yet, retrying. Check its A "
                                   "record, or give the site's address with V6FrontBackendV4",
                     report.name.c_str(), why.c_str());
}

void log_dropped(const server_rec* s, const name_report& report, const std::string& why)
{
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                 V6LOGNO(0306) "backend %s: %s for %ld s, longer than V6FrontResolve max-stale: "
                               "its last addresses are no longer used. Check its A record and the "
                               "name server",
                 report.name.c_str(), why.c_str(), static_cast<long>(report.age.count()));
}

void log_found(const server_rec* s, const name_report& report)
{
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, s, V6LOGNO(0303) "backend %s resolves again: %s",
                 report.name.c_str(), list(*report.addresses).c_str());
}

void log_moved(const server_rec* s, const name_report& report)
{
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, s, V6LOGNO(0304) "backend %s has moved: now using %s",
                 report.name.c_str(), list(*report.addresses).c_str());
}

// How lookups of a name fare, and where it leads: what all children together have said of it last.
enum health : std::uint64_t { unknown, well, failing, dropped };

class names_of_server
{
public:
    names_of_server(const server_rec* main_server, const own_listeners& listeners, said_table& said)
        : server_(main_server), listeners_(listeners), said_(said)
    {
        for_each_backend(main_server, [this](const configured_backend& b) {
            for (const auto& name : b.backend.names) {
                if (!b.may_be_self)
                    ports_[name.text].insert(b.backend.url.port);
                if (hides_clients(b))
                    rules_.try_emplace(name.text, rule_text{b.rule, b.place});
            }
        });
    }

    void log(const name_report& report) const
    {
        const auto why =
            report.why ? std::string(describe(report.why->reason).words) : std::string();
        switch (report.event) {
        case name_report::kind::found:
            if (becomes(report, well) > well)
                log_found(server_, report);
            if (report.first)
                log_addresses(report);
            break;
        case name_report::kind::changed:
            log_addresses(report);
            break;
        case name_report::kind::failing:
            log_as_failing(report, why);
            break;
        case name_report::kind::dropped:
            if (becomes(report, dropped) != dropped)
                log_dropped(server_, report, why);
            break;
        }
    }

private:
    struct rule_text {
        std::string rule;
        std::string place;
    };
    // What it was before, by the word of any child.
    std::uint64_t becomes(const name_report& report, health now) const
    {
        return said_.put(text_number("health of " + report.name), now);
    }

    void log_as_failing(const name_report& report, const std::string& why) const
    {
        const auto before = becomes(report, failing);
        if (before == dropped)
            becomes(report, dropped); // no news, and worse already
        if (before < failing)
            log_failing(server_, report, why);
    }

    // One that begins after a move has not seen it.
    void log_addresses(const name_report& report) const
    {
        auto sorted = *report.addresses;
        std::sort(sorted.begin(), sorted.end());
        const auto now = text_number(list(sorted));
        const auto before = said_.put(text_number("addresses of " + report.name), now);
        if (before == now)
            return;
        if (before != 0)
            log_moved(server_, report);
        warn_of_loop(server_, listeners_, ports_, report);
        const auto rule = rules_.find(report.name);
        if (rule != rules_.end() && is_local_site(sorted) &&
            said_.is_first(text_number("a local site")))
            say_local(server_, rule->second.rule, rule->second.place, 0);
    }

    const server_rec* server_;
    const own_listeners& listeners_;
    said_table& said_;
    ports_of_names ports_;
    std::map<std::string, rule_text, std::less<>> rules_; // by name: the first to a site of which
                                                          // access by address is to be thought of
};

// What the new processes find, they say themselves.
bool child_is_stopping()
{
    int state = AP_MPMQ_RUNNING;
    ap_mpm_query(AP_MPMQ_MPM_STATE, &state);
    return state == AP_MPMQ_STOPPING;
}

} // namespace

report_function log_of_names(const server_rec* main_server, const own_listeners& listeners,
                             said_table& said)
{
    return [names = names_of_server(main_server, listeners, said)](const name_report& report) {
        guard("the log of names", [&] {
            if (!child_is_stopping())
                names.log(report);
        });
    };
}

} // namespace v6front
