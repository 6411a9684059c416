// SPDX-License-Identifier: Apache-2.0

#include "access_by_address.hpp"

#include "core/base/ip_address.hpp"
#include "core/findings/missing_sources.hpp"
#include "core/rules/source_pool.hpp"
#include "httpd/base/log.hpp"
#include "httpd/config/backends.hpp"
#include "httpd/config/config_tree.hpp"
#include "httpd/config/own_addresses.hpp"

#include <ifaddrs.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <vector>

namespace v6front
{

namespace
{

using ipv4_address = asio::ip::address_v4;

bool may_come_from(std::uint32_t source)
{
    return may_be_bound(ipv4_address(source));
}

// What httpd has taken for a directive is a pool; what it has not read as one is nothing to warn
// of.
std::shared_ptr<const source_pool> pool_of(std::string_view written)
{
    try {
        return parse_source_pool({}, written);
    } catch (const setting_error&) {
        return nullptr;
    }
}

void find_missing(const written_directive& d, std::string_view written, findings& out)
{
    const auto pool = pool_of(written);
    if (!pool)
        return;
    if (auto text = missing_sources(*pool, may_come_from); !text.empty())
        out.push_back({"V6F0255", d.place, d.text() + " (" + d.place + "): " + text});
}

// Private networks: RFC 1918, 3927 and 6598.
struct network {
    std::uint32_t first;
    std::uint32_t mask;
};
constexpr network private_networks[]{
    {0x0a000000, 0xff000000}, {0xac100000, 0xfff00000}, {0xc0a80000, 0xffff0000},
    {0xa9fe0000, 0xffff0000}, {0x64400000, 0xffc00000},
};
bool is_private(const ipv4_address& a)
{
    return std::any_of(std::begin(private_networks), std::end(private_networks),
                       [&a](const network& n) { return (a.to_uint() & n.mask) == n.first; });
}

// An interface of this machine has an address in the same network.
bool is_neighbour(const ipv4_address& a)
{
    ifaddrs* interfaces = nullptr;
    if (getifaddrs(&interfaces) != 0)
        return false;
    const auto number = [](const sockaddr* at) {
        return reinterpret_cast<const sockaddr_in*>(at)->sin_addr.s_addr;
    };
    bool found = false;
    for (const auto* i = interfaces; i && !found; i = i->ifa_next)
        found = i->ifa_addr && i->ifa_netmask && i->ifa_addr->sa_family == AF_INET &&
                ((number(i->ifa_addr) ^ htonl(a.to_uint())) & number(i->ifa_netmask)) == 0;
    freeifaddrs(interfaces);
    return found;
}

bool is_local(const ipv4_address& a)
{
    return a.is_loopback() || is_private(a) || is_neighbour(a);
}

bool is_local(const numbered_name& name, const looked_up_names& known)
{
    const auto found = known.find(name.text);
    return name.text == "localhost" ||
           (found != known.end() && std::any_of(found->second.begin(), found->second.end(),
                                                [](const ipv4_address& a) { return is_local(a); }));
}

bool is_local(const backend& b, const looked_up_names& known)
{
    return std::any_of(b.addresses.begin(), b.addresses.end(),
                       [](const endpoint& e) { return is_local(e.address().to_v4()); }) ||
           std::any_of(b.names.begin(), b.names.end(),
                       [&known](const numbered_name& name) { return is_local(name, known); });
}

std::optional<std::uint32_t> first_loopback(const source_pool& pool)
{
    constexpr std::uint32_t first = 0x7f000000, last = 0x7fffffff;
    for (const auto& r : pool.ranges())
        if (r.first <= last && first <= r.last)
            return std::max(r.first, first);
    return std::nullopt;
}

// The site sees the clients at addresses that its rules cannot take for local. It asks for no more
// than that they are not the machine's own: which networks the site trusts is not known here.
bool is_answered(const configured_backend& b)
{
    const auto terms = settled_settings(b.server, *b.settings);
    if (terms.proxy_protocol.value_or(proxy_protocol::off) != proxy_protocol::off)
        return true;
    const auto sources = terms.sources.value_or(nullptr);
    return sources && !first_loopback(*sources);
}

// An address of the backend on another machine: not one that this machine has.
std::optional<ipv4_address> elsewhere(const backend& b, const looked_up_names& known)
{
    std::vector<ipv4_address> all;
    all.reserve(b.addresses.size());
    for (const auto& e : b.addresses)
        all.push_back(e.address().to_v4());
    for (const auto& name : b.names)
        if (const auto found = known.find(name.text); found != known.end())
            all.insert(all.end(), found->second.begin(), found->second.end());
    for (const auto& a : all)
        if (!may_be_bound(a))
            return a;
    return std::nullopt;
}

} // namespace

void find_missing_sources(const server_rec* main_server, findings& out)
{
    for_each_directive(main_server, [&out](const written_directive& d) {
        if (iequals(d.name, "V6FrontBindV4")) {
            std::string written; // as httpd gives it to the directive: without quotes
            for (const auto& word : d.words)
                written.append(written.empty() ? "" : ",").append(word);
            return find_missing(d, written, out);
        }
        if (!iequals(d.name, "V6FrontPass") && !iequals(d.name, "V6FrontPassMatch"))
            return;
        for (const auto& word : d.words)
            if (const auto key = split_key_value(word); key && iequals(key->key, "bindv4"))
                find_missing(d, key->value, out);
    });
}

// No connection leaves this machine from there.
void find_loopback_sources(const server_rec* main_server, const looked_up_names& known,
                           findings& out)
{
    std::set<std::string> said;
    for_each_backend(main_server, [&](const configured_backend& b) {
        const auto sources = settled_settings(b.server, *b.settings).sources.value_or(nullptr);
        const auto source = sources ? first_loopback(*sources) : std::nullopt;
        const auto site = source ? elsewhere(b.backend, known) : std::nullopt;
        if (!site || !said.insert(b.rule + b.place).second)
            return;
        out.push_back({"V6F0258", b.place,
                       b.rule + " (" + b.place + "): V6FrontBindV4 has " + v4_text(*source) +
                           ", and from an address of 127.0.0.0/8 there is no way to " +
                           site->to_string() +
                           ": clients for which such an address is chosen get 503. Give addresses "
                           "of this machine to which that site can answer"});
    });
}

void note_local_sites(const server_rec* main_server, const looked_up_names& known)
{
    std::set<std::string> sites;
    std::optional<configured_backend> first;
    for_each_backend(main_server, [&](const configured_backend& b) {
        if (is_answered(b) || !is_local(b.backend, known))
            return;
        sites.insert(b.backend.authority);
        if (!first)
            first.emplace(b);
    });
    if (!first)
        return;
    say_local(main_server, first->rule, first->place, sites.size() - 1);
}

bool hides_clients(const configured_backend& b)
{
    return !is_answered(b);
}

bool is_local_site(const ipv4_addresses& addresses)
{
    return std::any_of(addresses.begin(), addresses.end(),
                       [](const ipv4_address& a) { return is_local(a); });
}

void say_local(const server_rec* main_server, const std::string& rule, const std::string& place,
               std::size_t others)
{
    const auto more = others > 0 ? " and " + std::to_string(others) + " other(s)" : std::string();
    ap_log_error(
        APLOG_MARK, APLOG_NOTICE, 0, main_server,
        V6LOGNO(0256) "%s (%s)%s: the site is on this machine or in a local network. To "
                      "the site every client has the address of this server: rules there "
                      "that allow local addresses (Require local, Require ip, Allow from) "
                      "let all clients in. What to do is in the manual, guides/access-by-address",
        rule.c_str(), place.c_str(), more.c_str());
}

} // namespace v6front
