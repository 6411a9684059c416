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

// A Listen for it; of any port, one that is open.
std::string listen_for(const server_addr_rec& a, const listening& all)
{
    const auto port = a.host_port != 0 ? a.host_port : all.empty() ? 80 : all.front().second;
    return address_text(a).append(":").append(std::to_string(port));
}

// A virtual host whose port somebody listens on, but not at any of its addresses; or at none of
// IPv6.
void find_deaf_address(const server_rec* s, const listening& all, findings& out)
{
    const server_addr_rec* deaf = nullptr;
    bool is_heard_at_all = false;
    for (const auto* a = s->addrs; a; a = a->next) {
        const bool is_of_ipv6 = is_any(*a) || is_ipv6(*ip_of(*a));
        const bool heard = is_heard(*a, all);
        if (heard && is_of_ipv6)
            return;
        is_heard_at_all = is_heard_at_all || heard;
        if (!heard && (is_of_ipv6 || !deaf))
            deaf = a;
    }
    if (deaf && (!is_heard_at_all || is_ipv6(*ip_of(*deaf))))
        say_deaf(s, *deaf, "that address", listen_for(*deaf, all), out);
}

bool is_for(const server_addr_rec& a, std::uint16_t port)
{
    return a.host_port == 0 || port == 0 || a.host_port == port;
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

// As <VirtualHost> has it, the address of a host that has the door for itself; nullptr: nobody has,
// or one with a name of that host.
const server_addr_rec* taken_door(const server_rec* main_server, const server_rec* s,
                                  const listening::value_type& door, const server_rec*& by)
{
    const server_addr_rec* taken = nullptr;
    for (const auto* other = main_server->next; other; other = other->next)
        for (const auto* a = other->addrs; a; a = a->next) {
            if (is_any(*a) || ip_of(*a) != door.first || !is_for(*a, door.second))
                continue;
            if (share_name(other, s))
                return nullptr;
            taken = a;
            by = other;
        }
    return taken;
}

bool is_for_ipv4_alone(const server_rec* s)
{
    for (const auto* a = s->addrs; a; a = a->next)
        if (const auto on = ip_of(*a); is_any(*a) || is_ipv6(*on) || on->is_loopback())
            return false;
    return s->addrs != nullptr;
}

// For requests over IPv6 to a name of that host, at that port. One without any name may be for all.
bool has_other_for_ipv6(const server_rec* main_server, const server_rec* s, std::uint16_t port,
                        const nameless_hosts& nameless)
{
    if (config_of(main_server)->has_routes() && share_name(main_server, s))
        return true;
    for (const auto* other = main_server->next; other; other = other->next) {
        const bool has_name =
            share_name(other, s) || (nameless.contains(other) && !has_aliases(other));
        for (const auto* a = other->addrs; a && has_name; a = a->next)
            if (is_for(*a, port) && (is_any(*a) || is_ipv6(*ip_of(*a))))
                return true;
    }
    return false;
}

// What a virtual host needs for IPv6 at that port: "[2001:db8::1]:80", and a Listen if there is
// none.
std::string ipv6_address_for(const server_addr_rec& of, const listening& all)
{
    std::string address = own_ipv6_address();
    bool is_open = of.host_port == 0;
    for (const auto& [on, port] : all)
        if (is_ipv6(on) && is_for(of, port)) {
            is_open = true;
            address = on.is_unspecified() ? address : on.to_string();
        }
    server_addr_rec added = of;
    added.virthost = address.data();
    auto text = host_text(added);
    if (!is_open)
        text.append(", and \"Listen ").append(host_text(added)).append("\"");
    return text;
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

void find_ipv4_host(const server_rec* main_server, const server_rec* s,
                    const nameless_hosts& nameless, findings& out)
{
    if (!is_for_ipv4_alone(s))
        return;
    for (const auto* a = s->addrs; a; a = a->next) {
        if (has_other_for_ipv6(main_server, s, a->host_port, nameless))
            continue;
        std::string text = "<VirtualHost ";
        text.append(host_text(*a)).append("> (").append(place_of(s));
        text.append(") is not reached over IPv6, because it has only IPv4 addresses. Add an IPv6 ");
        text.append("address of this machine to that line: ");
        text.append(ipv6_address_for(*a, all_listeners()));
        out.push_back({"V6F0208", place_of(s), std::move(text)});
        return;
    }
}

void find_owned_addresses(const server_rec* main_server, const server_rec* s, findings& out)
{
    const server_rec* by = nullptr;
    const server_addr_rec* taken = nullptr;
    const auto doors = ipv6_doors(all_listeners());
    for (const auto* a = s->addrs; a; a = a->next) {
        if (!is_any(*a))
            return;
        for (const auto& door : doors) {
            if (!is_for(*a, door.second))
                continue;
            taken = taken_door(main_server, s, door, by);
            if (!taken)
                return;
        }
    }
    if (!taken)
        return;
    std::string text = "no request over IPv6 reaches the virtual host at " + place_of(s);
    text.append(": all IPv6 addresses of this server belong to other virtual hosts, such as ");
    text.append("<VirtualHost ").append(host_text(*taken)).append("> (").append(place_of(by));
    text.append("). Add ").append(host_text(*taken)).append(" to its line");
    out.push_back({"V6F0257", place_of(s), std::move(text)});
}

} // namespace v6front
