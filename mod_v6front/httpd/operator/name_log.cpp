// SPDX-License-Identifier: Apache-2.0

#include "name_log.hpp"

#include "httpd/base/guard.hpp"
#include "httpd/config/backends.hpp"

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

void log_report(const server_rec* s, const name_report& report)
{
    const auto why = report.why ? std::string(describe(report.why->reason).words) : std::string();
    switch (report.event) {
    case name_report::kind::found:
        if (!report.first)
            ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, s,
                         V6LOGNO(0303) "backend %s resolves again: %s", report.name.c_str(),
                         list(*report.addresses).c_str());
        break;
    case name_report::kind::changed:
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, s,
                     V6LOGNO(0304) "backend %s has moved: now using %s", report.name.c_str(),
                     list(*report.addresses).c_str());
        break;
    case name_report::kind::failing:
        log_failing(s, report, why);
        break;
    case name_report::kind::dropped:
        ap_log_error(
            APLOG_MARK, APLOG_ERR, 0, s,
            V6LOGNO(
                0306) "backend %s: %s for %ld s, longer than V6FrontResolve max-stale: its last "
                      "addresses are no longer used. Check its A record and the name server",
            report.name.c_str(), why.c_str(), static_cast<long>(report.age.count()));
        break;
    }
}

} // namespace

report_function log_of_names(const server_rec* main_server, const own_listeners& listeners)
{
    ports_of_names ports;
    for_each_backend(main_server, [&ports](const configured_backend& b) {
        if (!b.may_be_self)
            for (const auto& name : b.backend.names)
                ports[name.text].insert(b.backend.url.port);
    });
    return [main_server, listeners, ports](const name_report& report) {
        guard("the log of names", [&] {
            log_report(main_server, report);
            const bool is_new = report.event == name_report::kind::changed ||
                                (report.event == name_report::kind::found && report.first);
            if (is_new)
                warn_of_loop(main_server, listeners, ports, report);
        });
    };
}

} // namespace v6front
