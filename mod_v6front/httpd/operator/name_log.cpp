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

void warn_of_loop(const server_rec* s, const own_listeners& own, const ports_of_names& ports,
                  const name_report& what)
{
    const auto found = ports.find(what.name);
    if (found == ports.end())
        return;
    for (const auto port : found->second)
        for (const auto& a : *what.addresses)
            if (own.accepts({a, port}))
                ap_log_error(
                    APLOG_MARK, APLOG_WARNING, 0, s,
                    V6LOGNO(
                        0305) "backend %s resolves to %s, port %u, where this server itself "
                              "listens: that address would loop and is not used. Correct the "
                              "name's A record, or give the site's address with V6FrontBackendV4",
                    what.name.c_str(), a.to_string().c_str(), unsigned{port});
}

void log_failing(const server_rec* s, const name_report& what, const std::string& why)
{
    if (what.addresses)
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                     V6LOGNO(0301) "backend %s: %s; still using the answer from %ld s ago (%s). "
                                   "Check the name server",
                     what.name.c_str(), why.c_str(), static_cast<long>(what.age.count()),
                     list(*what.addresses).c_str());
    else
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     V6LOGNO(0302) "backend %s: %s; it has no address yet, retrying. Check its A "
                                   "record, or give the site's address with V6FrontBackendV4",
                     what.name.c_str(), why.c_str());
}

void log_report(const server_rec* s, const name_report& what)
{
    const auto why = what.why ? std::string(describe(what.why->what).words) : std::string();
    switch (what.what) {
    case name_report::event::found:
        if (!what.first)
            ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, s,
                         V6LOGNO(0303) "backend %s resolves again: %s", what.name.c_str(),
                         list(*what.addresses).c_str());
        break;
    case name_report::event::changed:
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, s,
                     V6LOGNO(0304) "backend %s has moved: now using %s", what.name.c_str(),
                     list(*what.addresses).c_str());
        break;
    case name_report::event::failing:
        log_failing(s, what, why);
        break;
    case name_report::event::dropped:
        ap_log_error(
            APLOG_MARK, APLOG_ERR, 0, s,
            V6LOGNO(
                0306) "backend %s: %s for %ld s, longer than V6FrontResolve max-stale: its last "
                      "addresses are no longer used. Check its A record and the name server",
            what.name.c_str(), why.c_str(), static_cast<long>(what.age.count()));
        break;
    }
}

} // namespace

report_function log_of_names(const server_rec* main_server, const own_listeners& own)
{
    ports_of_names ports;
    for_each_backend(main_server, [&ports](const configured_backend& b) {
        if (!b.may_be_self)
            for (const auto& name : b.backend.names)
                ports[name.text].insert(b.backend.url.port);
    });
    return [main_server, own, ports](const name_report& what) {
        guard("the log of names", [&] {
            log_report(main_server, what);
            const bool is_new = what.what == name_report::event::changed ||
                                (what.what == name_report::event::found && what.first);
            if (is_new)
                warn_of_loop(main_server, own, ports, what);
        });
    };
}

} // namespace v6front
