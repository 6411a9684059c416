// SPDX-License-Identifier: Apache-2.0

#include "unheard_hosts.hpp"

#include "httpd/config/backends.hpp"
#include "httpd/config/listeners.hpp"
#include "httpd/config/own_addresses.hpp"
#include "host_addresses.hpp"
#include "host_names.hpp"

#include <algorithm>
#include <set>

namespace v6front
{

namespace
{

using listening = std::vector<std::pair<asio::ip::address, std::uint16_t>>;

listening all_listeners()
{
    listening all;
    for_each_listener(
        [&all](const asio::ip::address& on, std::uint16_t port) { all.emplace_back(on, port); });
    return all;
}

bool is_ipv6(const asio::ip::address& on)
{
    return on.is_v6() && !on.to_v6().is_v4_mapped();
}

// The ports of the virtual hosts with routes, as far as somebody listens there; else all of those.
std::set<std::uint16_t> ports_of_routes(const server_rec* main_server, const listening& all)
{
    std::set<std::uint16_t> listened, used;
    for (const auto& each : all)
        listened.insert(each.second);
    for (const auto* s = main_server->next; s; s = s->next)
        for (const auto* a = s->addrs; a && config_of(s)->has_routes(); a = a->next)
            if (listened.contains(a->host_port))
                used.insert(a->host_port);
    return used.empty() ? listened : used;
}

// What can be added to these. A port cannot be opened for all addresses beside a single one.
std::string ipv6_listener(std::uint16_t port, const listening& all)
{
    const bool single = std::any_of(all.begin(), all.end(), [port](const auto& l) {
        return l.second == port && !l.first.is_unspecified();
    });
    const std::string address = single ? own_ipv6_address() : "::";
    return std::string("\"Listen [").append(address).append("]:").append(std::to_string(port)) +=
           '"';
}

void say_deaf(const server_rec* s, const server_addr_rec& a, const std::string& where,
              const std::string& listen, findings& out)
{
    std::string text = "<VirtualHost ";
    text.append(host_text(a)).append("> (").append(place_of(s));
    text.append(") is never reached: this server does not listen on ").append(where);
    text.append(". Add \"Listen ").append(listen).append("\"");
    out.push_back({"V6F0208", place_of(s), std::move(text)});
}

void find_deaf_ports(const server_rec* s, const listening& all, findings& out)
{
    std::set<std::uint16_t> said; // "*" is an address of either family
    for (const auto* a = s->addrs; a; a = a->next) {
        const bool heard = std::any_of(all.begin(), all.end(), [a](const auto& l) {
            return a->host_port == 0 || l.second == a->host_port;
        });
        if (!heard && said.insert(a->host_port).second) {
            const auto port = std::to_string(a->host_port);
            say_deaf(s, *a, "port " + port, is_any(*a) ? "[::]:" + port : host_text(*a), out);
        }
    }
}

// A port that is open on IPv4 alone, where others are open on IPv6. Where none is, V6F0203 says it.
void find_ipv4_ports(const server_rec* s, const listening& all, findings& out)
{
    if (std::none_of(all.begin(), all.end(), [](const auto& l) { return is_ipv6(l.first); }))
        return;
    std::set<std::uint16_t> said;
    for (const auto* a = s->addrs; a; a = a->next) {
        const auto here = [a](const auto& l) { return l.second == a->host_port; };
        if (!is_any(*a) || std::none_of(all.begin(), all.end(), here) ||
            std::any_of(all.begin(), all.end(),
                        [&here](const auto& l) { return here(l) && is_ipv6(l.first); }) ||
            !said.insert(a->host_port).second)
            continue;
        std::string text = "<VirtualHost ";
        text.append(host_text(*a)).append("> (").append(place_of(s));
        text.append(") is not reached over IPv6: this server listens on port ");
        text.append(std::to_string(a->host_port)).append(" on IPv4 alone. Add ");
        text.append(ipv6_listener(a->host_port, all));
        out.push_back({"V6F0208", place_of(s), std::move(text)});
    }
}

// Also where that cannot be told.
bool is_heard(const server_addr_rec& a, const listening& all)
{
    const auto address = ip_of(a);
    if (!address || address->is_unspecified())
        return true;
    return std::any_of(all.begin(), all.end(), [&](const auto& l) {
        const auto& [on, port] = l;
        if (a.host_port != 0 && port != a.host_port)
            return false;
        // [::] takes IPv4 as well, unless httpd was built otherwise.
        return on == *address || (on.is_unspecified() && (on.is_v6() || address->is_v4()));
    });
}

// A virtual host whose port somebody listens on, but not at any of its addresses.
void find_deaf_address(const server_rec* s, const listening& all, findings& out)
{
    for (const auto* a = s->addrs; a; a = a->next)
        if (is_heard(*a, all))
            return;
    if (const auto* a = s->addrs)
        say_deaf(s, *a, "that address", host_text(*a), out);
}

// Who has an address for itself, and how that is written.
struct owner {
    const server_rec* host = nullptr; // it takes all that comes there
    std::string address;
};

owner owner_of(const server_rec* main_server, const listening::value_type& at)
{
    for (const auto* s = main_server->next; s; s = s->next)
        for (const auto* a = s->addrs; a; a = a->next)
            if (!is_any(*a) && ip_of(*a) == at.first &&
                (a->host_port == 0 || a->host_port == at.second))
                return {s, host_text(*a)};
    return {};
}

// Where clients come in over IPv6: with [::], at the addresses of this machine, as far as it has
// some now.
listening ipv6_doors(const listening& all)
{
    listening doors;
    const auto own = own_ipv6_addresses();
    for (const auto& [on, port] : all)
        if (is_ipv6(on) && on.is_unspecified() && !own.empty())
            for (const auto& a : own)
                doors.emplace_back(a, port);
        else if (is_ipv6(on))
            doors.emplace_back(on, port);
    return doors;
}

bool is_for_ipv4_alone(const server_rec* s)
{
    for (const auto* a = s->addrs; a; a = a->next)
        if (const auto on = ip_of(*a); is_any(*a) || is_ipv6(*on) || on->is_loopback())
            return false;
    return s->addrs != nullptr;
}

bool has_other_for_ipv6(const server_rec* main_server, const server_rec* s)
{
    for (const auto* other = main_server->next; other; other = other->next)
        if (!is_for_ipv4_alone(other) &&
            (!name_shared_by(other, s).empty() || !name_shared_by(s, other).empty()))
            return true;
    return false;
}

} // namespace

void find_no_ipv6(const server_rec* main_server, findings& out)
{
    const auto all = all_listeners();
    const bool ipv6 =
        std::any_of(all.begin(), all.end(), [](const auto& l) { return is_ipv6(l.first); });
    if (all.empty() || ipv6)
        return;
    std::string text = "no Listen is on an IPv6 address, so these sites cannot be reached over "
                       "IPv6. Add ";
    bool own_address = false;
    const auto ports = ports_of_routes(main_server, all);
    for (const auto port : ports) {
        const auto listen = ipv6_listener(port, all);
        own_address = own_address || listen.find("::]") == std::string::npos;
        text.append(port == *ports.begin() ? "" : " and ").append(listen);
    }
    text.append(own_address ? ", with an IPv6 address of this machine" : "");
    out.push_back({"V6F0203", {}, std::move(text)});
}

void find_unheard(const server_rec* s, findings& out)
{
    const auto all = all_listeners();
    const auto before = out.size();
    find_deaf_ports(s, all, out);
    if (out.size() == before)
        find_deaf_address(s, all, out);
    if (out.size() == before)
        find_ipv4_ports(s, all, out);
}

void find_ipv4_host(const server_rec* main_server, const server_rec* s, findings& out)
{
    if (!is_for_ipv4_alone(s) || has_other_for_ipv6(main_server, s))
        return;
    std::string text = "<VirtualHost ";
    text.append(host_text(*s->addrs)).append("> (").append(place_of(s));
    text.append(") is not reached over IPv6, because it has IPv4 addresses alone. Add this ");
    text.append("machine's IPv6 address: <VirtualHost ").append(host_text(*s->addrs));
    text.append(" [").append(own_ipv6_address()).append("]:");
    text.append(std::to_string(s->addrs->host_port)).append(">");
    out.push_back({"V6F0208", place_of(s), std::move(text)});
}

void find_owned_addresses(const server_rec* main_server, const server_rec* s, findings& out)
{
    owner by;
    const auto doors = ipv6_doors(all_listeners());
    for (const auto* a = s->addrs; a; a = a->next) {
        if (!is_any(*a))
            return;
        for (const auto& at : doors) {
            if (a->host_port != 0 && a->host_port != at.second)
                continue;
            by = owner_of(main_server, at);
            if (!by.host || !name_shared_by(by.host, s).empty())
                return;
        }
    }
    if (!by.host)
        return;
    std::string text = "the virtual host at " + place_of(s);
    text.append(" is never reached over IPv6: <VirtualHost ").append(by.address).append("> (");
    text.append(place_of(by.host)).append(") has the address at which clients come in for ");
    text.append("itself. Write <VirtualHost ").append(by.address).append("> here, too");
    out.push_back({"V6F0257", place_of(s), std::move(text)});
}

} // namespace v6front
