// SPDX-License-Identifier: Apache-2.0

#include "unreachable.hpp"

#include "httpd/config/backends.hpp"
#include "httpd/config/listeners.hpp"

#include <set>

namespace v6front
{

namespace
{

void find_no_ipv6(findings& out)
{
    bool ipv6 = false, any = false;
    for_each_listener([&](const asio::ip::address& address, std::uint16_t) {
        any = true;
        ipv6 = ipv6 || (address.is_v6() && !address.to_v6().is_v4_mapped());
    });
    if (any && !ipv6)
        out.push_back({"V6F0203",
                       {},
                       "no Listen is on an IPv6 address, so these sites cannot be reached over "
                       "IPv6. Add \"Listen [::]:80\""});
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

void find_deaf_ports(const server_rec* s, const std::set<std::uint16_t>& ports, findings& out)
{
    std::set<std::uint16_t> said; // "*" is an address of either family
    for (const auto* a = s->addrs; a; a = a->next) {
        if (a->host_port == 0 || ports.contains(a->host_port) || !said.insert(a->host_port).second)
            continue;
        const auto port = std::to_string(a->host_port);
        std::string text = "<VirtualHost ";
        text.append(a->virthost).append(":").append(port).append("> (").append(place_of(s));
        text.append(") is never reached: this server does not listen on port ").append(port);
        text.append(". Add \"Listen [::]:").append(port).append("\"");
        out.push_back({"V6F0208", place_of(s), std::move(text)});
    }
}

// httpd keeps its virtual hosts in the reverse order of the configuration.
void find_hidden_host(const server_rec* s, findings& out)
{
    for (const auto* before = s->next; before; before = before->next)
        if (same_place(before, s) && !has_aliases(s) &&
            strcasecmp(before->server_hostname, s->server_hostname) == 0) {
            out.push_back({"V6F0209", place_of(s),
                           "the virtual host at " + place_of(s) +
                               " is never reached: " + place_of(before) +
                               " comes first and has the same address and ServerName " +
                               s->server_hostname + ". Give one of them another name"});
            return;
        }
}

void find_hosts(const server_rec* main_server, findings& out)
{
    std::set<std::uint16_t> ports;
    for_each_listener([&](const asio::ip::address&, std::uint16_t port) { ports.insert(port); });
    for (const auto* s = main_server->next; s; s = s->next)
        if (config_of(s)->has_routes()) {
            find_deaf_ports(s, ports, out);
            find_hidden_host(s, out);
        }
}

} // namespace

std::vector<server_rules> rules_of_servers(const server_rec* main_server)
{
    std::vector<server_rules> all;
    for (const auto* s = main_server; s; s = s->next) {
        const auto& config = *config_of(s);
        auto& rules = all.emplace_back();
        rules.routes = config.routes.routes();
        for (const auto& m : config.matches)
            rules.expressions.push_back(
                {m.pattern, m.place, [regex = m.regex](const std::string& path) {
                     return ap_regexec(regex, path.c_str(), 0, nullptr, 0) == 0;
                 }});
    }
    return all;
}

void find_unreachable(const server_rec* main_server, std::span<const server_rules> servers,
                      findings& out)
{
    find_no_ipv6(out);
    find_unreachable(servers, out);
    find_hosts(main_server, out);
}

} // namespace v6front
