// SPDX-License-Identifier: Apache-2.0

#include "unreachable.hpp"

#include "httpd/config/backends.hpp"
#include "httpd/config/listeners.hpp"
#include "written_rules.hpp"

#include <algorithm>
#include <optional>
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

// Nothing where that cannot be told.
std::optional<asio::ip::address> ip_of(const server_addr_rec& a)
{
    char text[64];
    error_code failed;
    if (!a.host_addr || apr_sockaddr_ip_getbuf(text, sizeof text, a.host_addr) != APR_SUCCESS)
        return std::nullopt;
    const auto address = asio::ip::make_address(text, failed);
    return failed ? std::nullopt : std::optional(address);
}

// "*", 0.0.0.0 and [::] are the same to httpd (vhost.c, ap_fini_vhost_config).
bool is_any(const server_addr_rec& a)
{
    const auto address = ip_of(a);
    return !address || address->is_unspecified();
}

bool same_address(const server_addr_rec& a, const server_addr_rec& b)
{
    if (a.host_port != b.host_port || is_any(a) != is_any(b))
        return false;
    return is_any(a) || ip_of(a) == ip_of(b);
}

// Whether it has all addresses of the other.
bool has_place_of(const server_rec* s, const server_rec* other)
{
    for (const auto* b = other->addrs; b; b = b->next) {
        const auto* a = s->addrs;
        while (a && !same_address(*a, *b))
            a = a->next;
        if (!a)
            return false;
    }
    return other->addrs != nullptr;
}

bool has_aliases(const server_rec* s)
{
    return (s->names && s->names->nelts > 0) || (s->wild_names && s->wild_names->nelts > 0);
}

std::string host_text(const server_addr_rec& a)
{
    const bool is_v6 = view(a.virthost).find(':') != std::string_view::npos;
    std::string host = is_v6 ? "[" : "";
    host.append(a.virthost).append(is_v6 ? "]:" : ":");
    return host + std::to_string(a.host_port);
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

// How a virtual host has the name of another one: "ServerAlias *.test"; empty if it does not.
std::string name_shared_by(const server_rec* before, const server_rec* s)
{
    const std::string name = s->server_hostname;
    if (strcasecmp(before->server_hostname, name.c_str()) == 0)
        return "ServerName " + name;
    for (const auto* names : {before->names, before->wild_names})
        for (int i = 0; names && i < names->nelts; ++i) {
            const char* alias = APR_ARRAY_IDX(names, i, const char*);
            if (alias && ap_strcasecmp_match(name.c_str(), alias) == 0)
                return std::string("ServerAlias ") + alias;
        }
    return {};
}

// httpd keeps its virtual hosts in the reverse order of the configuration.
void find_hidden_host(const server_rec* s, findings& out)
{
    for (const auto* before = s->next; before; before = before->next) {
        if (!has_place_of(before, s) || has_aliases(s))
            continue;
        const auto name = name_shared_by(before, s);
        if (name.empty())
            continue;
        out.push_back({"V6F0209", place_of(s),
                       "the virtual host at " + place_of(s) + " is never reached: " +
                           place_of(before) + " comes first and has the same address and " + name +
                           (name.starts_with("ServerAlias")
                                ? ". Remove that alias, or put this virtual host first"
                                : ". Give one of them another name")});
        return;
    }
}

struct owner {
    const server_rec* host = nullptr; // it takes all that comes there
    std::string address;
};

// Who has an address for itself.
owner owner_of(const server_rec* main_server, const listening::value_type& at)
{
    for (const auto* s = main_server->next; s; s = s->next)
        for (const auto* a = s->addrs; a; a = a->next)
            if (!is_any(*a) && ip_of(*a) == at.first &&
                (a->host_port == 0 || a->host_port == at.second))
                return {s, host_text(*a)};
    return {};
}

// A virtual host for all addresses, where each has another virtual host for itself.
void find_owned_addresses(const server_rec* main_server, const server_rec* s, const listening& all,
                          findings& out)
{
    owner by;
    for (const auto* a = s->addrs; a; a = a->next) {
        if (!is_any(*a))
            return;
        for (const auto& at : all) {
            if (a->host_port != 0 && a->host_port != at.second)
                continue;
            by = owner_of(main_server, at);
            if (!by.host)
                return;
        }
    }
    if (!by.host)
        return;
    std::string text = "the virtual host at " + place_of(s);
    text.append(" is never reached: <VirtualHost ").append(by.address).append("> (");
    text.append(place_of(by.host)).append(") has the address at which this server listens for ");
    text.append("itself. Write <VirtualHost ").append(by.address).append("> here, too");
    out.push_back({"V6F0257", place_of(s), std::move(text)});
}

// What a client sends has no dot at its end once httpd has read it (vhost.c, fix_hostname).
void find_dotted_name(const server_rec* s, findings& out)
{
    const auto name = view(s->server_hostname);
    if (name.size() > 1 && name.ends_with('.'))
        out.push_back({"V6F0209", place_of(s),
                       "ServerName " + std::string(name) + " of the virtual host at " +
                           place_of(s) +
                           " matches no request: httpd takes the last dot off a request's Host. "
                           "Write \"" +
                           std::string(name.substr(0, name.size() - 1)) + "\""});
}

void find_hosts(const server_rec* main_server, findings& out)
{
    const auto all = all_listeners();
    for (const auto* s = main_server->next; s; s = s->next) {
        if (!config_of(s)->has_routes())
            continue;
        const auto before = out.size();
        find_deaf_ports(s, all, out);
        if (out.size() == before)
            find_deaf_address(s, all, out);
        if (out.size() == before)
            find_ipv4_ports(s, all, out);
        find_hidden_host(s, out);
        if (out.size() == before)
            find_owned_addresses(main_server, s, all, out);
        find_dotted_name(s, out);
    }
}

} // namespace

std::vector<server_rules> rules_of_servers(const server_rec* main_server)
{
    std::vector<server_rules> all;
    bool passing = false;
    for_each_directive(main_server, [&passing](const written_directive& d) {
        passing = passing || passes_through(words_of(d));
    });
    for (const auto* s = main_server; s; s = s->next) {
        const auto& config = *config_of(s);
        auto& rules = all.emplace_back();
        rules.passes_through = passing;
        rules.routes = config.routes.routes();
        rules.locations.assign(config.location_routes.begin(), config.location_routes.end());
        rules.keeps_slashes =
            static_cast<const core_server_config*>(ap_get_core_module_config(s->module_config))
                ->merge_slashes == AP_CORE_CONFIG_OFF;
        for (const auto& m : config.matches)
            rules.expressions.push_back({m.pattern, m.place,
                                         [regex = m.regex](const std::string& path) {
                                             return ap_regexec(regex, path.c_str(), 0, nullptr,
                                                               0) == 0;
                                         },
                                         !m.backend});
    }
    return all;
}

void find_unreachable(const server_rec* main_server, std::span<const server_rules> servers,
                      findings& out)
{
    find_no_ipv6(main_server, out);
    find_unreachable(servers, out);
    find_hosts(main_server, out);
}

} // namespace v6front
