// SPDX-License-Identifier: Apache-2.0

#include "unreachable.hpp"

#include "httpd/base/log.hpp"
#include "httpd/config/backends.hpp"
#include "httpd/config/listeners.hpp"

#include <algorithm>
#include <set>

namespace v6front
{

namespace
{

void warn_of_no_ipv6(server_rec* s)
{
    bool ipv6 = false, any = false;
    for_each_listener([&](const asio::ip::address& address, std::uint16_t) {
        any = true;
        ipv6 = ipv6 || (address.is_v6() && !address.to_v6().is_v4_mapped());
    });
    if (any && !ipv6)
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                     V6LOGNO(0203) "no Listen is on an IPv6 address, so these sites cannot be "
                                   "reached over IPv6. Add \"Listen [::]:80\"");
}

bool is_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

// What no request's path has in it once httpd has decoded and normalised it; nullptr if nothing.
const char* never_in_a_path(const std::string& path)
{
    for (std::size_t at = path.find('%'); at != std::string::npos; at = path.find('%', at + 1))
        if (at + 2 < path.size() && is_hex_digit(path[at + 1]) && is_hex_digit(path[at + 2]))
            return "a percent-encoded character; write the character itself";
    if (path.find('?') != std::string::npos)
        return "a query, which is not part of the path; remove it";
    for (std::size_t at = path.find("/."); at != std::string::npos; at = path.find("/.", at + 1)) {
        const auto segment = path.substr(at + 1, path.find('/', at + 1) - at - 1);
        if (segment == "." || segment == "..")
            return "a dot segment, which httpd resolves first; write the resolved path";
    }
    return nullptr;
}

bool matches(const match_rule& rule, const std::string& path)
{
    return ap_regexec(rule.regex, path.c_str(), 0, nullptr, 0) == 0;
}

// Shown by examples, so a guess: but an expression that takes these has not been written for one.
bool takes_all_below(const match_rule& rule, std::string path)
{
    if (path.back() == '/')
        path.pop_back();
    return matches(rule, path.empty() ? "/" : path) && matches(rule, path + "/v6front-probe/0") &&
           matches(rule, path + "/~.probe");
}

void warn_of_rules(server_rec* main_server)
{
    std::set<std::string> said; // once, though virtual hosts inherit rules
    const auto say = [&](const std::string& place, const std::string& rule,
                         const std::string& why) {
        if (said.insert(place).second)
            ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                         V6LOGNO(0207) "%s (%s) is never reached: %s", rule.c_str(), place.c_str(),
                         why.c_str());
    };
    for (const auto* s = main_server; s; s = s->next) {
        const auto& config = *config_of(s);
        for (const auto& r : config.routes.routes())
            if (const char* what = never_in_a_path(r.path))
                say(r.place, "V6FrontPass " + r.path, std::string("its path has ") + what);
        for (auto m = config.matches.begin(); m != config.matches.end(); ++m) {
            const auto first = "V6FrontPassMatch " + m->pattern + " takes its requests first";
            for (const auto& r : config.routes.routes())
                if (takes_all_below(*m, r.path))
                    say(r.place, "V6FrontPass " + r.path, first);
            if (takes_all_below(*m, "/"))
                for (auto later = m + 1; later != config.matches.end(); ++later)
                    say(later->place, "V6FrontPassMatch " + later->pattern, first);
        }
    }
}

bool same_place(const server_rec* a, const server_rec* b)
{
    return a->addrs && b->addrs && strcasecmp(a->addrs->virthost, b->addrs->virthost) == 0 &&
           a->addrs->host_port == b->addrs->host_port;
}

bool has_aliases(const server_rec* s)
{
    return (s->names && s->names->nelts > 0) || (s->wild_names && s->wild_names->nelts > 0);
}

void warn_of_hosts(server_rec* main_server)
{
    std::set<std::uint16_t> ports;
    for_each_listener([&](const asio::ip::address&, std::uint16_t port) { ports.insert(port); });
    for (const auto* s = main_server->next; s; s = s->next) {
        if (!config_of(s)->has_routes())
            continue;
        std::set<std::uint16_t> said; // "*" is an address of either family
        for (const auto* a = s->addrs; a; a = a->next)
            if (a->host_port != 0 && !ports.contains(a->host_port) &&
                said.insert(a->host_port).second)
                ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                             V6LOGNO(0208) "<VirtualHost %s:%u> (%s) is never reached: this server "
                                           "does not listen on port %u. Add \"Listen [::]:%u\"",
                             a->virthost, unsigned{a->host_port}, place_of(s).c_str(),
                             unsigned{a->host_port}, unsigned{a->host_port});
        // httpd keeps its virtual hosts in the reverse order of the configuration.
        for (const auto* before = s->next; before; before = before->next)
            if (same_place(before, s) && !has_aliases(s) &&
                strcasecmp(before->server_hostname, s->server_hostname) == 0) {
                ap_log_error(
                    APLOG_MARK, APLOG_WARNING, 0, main_server,
                    V6LOGNO(
                        0209) "the virtual host at %s is never reached: %s comes first and has the "
                              "same address and ServerName %s. Give one of them another name",
                    place_of(s).c_str(), place_of(before).c_str(), s->server_hostname);
                break;
            }
    }
}

} // namespace

void warn_of_the_unreachable(server_rec* main_server)
{
    warn_of_no_ipv6(main_server);
    warn_of_rules(main_server);
    warn_of_hosts(main_server);
}

} // namespace v6front
