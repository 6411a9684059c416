// SPDX-License-Identifier: Apache-2.0

#include "site_dump.hpp"

#include "core/findings/site_list.hpp"
#include "net/tls/tls_peer.hpp"
#include "httpd/config/backends.hpp"
#include "httpd/config/listeners.hpp"
#include "httpd/config/pseudo_v4_directive.hpp"
#include "host_names.hpp"

#include <unistd.h>

namespace v6front
{

namespace
{

std::string word(proxy_protocol p)
{
    return p == proxy_protocol::off ? "off" : p == proxy_protocol::v1 ? "v1" : "v2";
}

std::string word(const configured_pseudo_v4* p)
{
    if (!p || p->mode == pseudo_v4_mode::off)
        return "off";
    return p->mode == pseudo_v4_mode::add ? "add" : "overwrite";
}

void put_settings(listed_rule& out, const exchange_settings& settings)
{
    const auto rules = resolve(settings, milliseconds{});
    out.self = rules.self;
    out.preserve_host = rules.preserve_host;
    out.proxy_protocol = word(rules.proxy_protocol);
    if (rules.sources)
        out.source = asio::ip::address_v4(rules.sources->first()).to_string();
    for (auto bit = 1U; bit <= static_cast<unsigned>(added_header::via); bit <<= 1U) {
        const auto header = static_cast<added_header>(bit);
        if (rules.add_headers.has(header) && (header != added_header::via || rules.via))
            out.adds.emplace_back(name_of(header));
    }
}

void put_backend(listed_rule& out, const backend& b)
{
    out.url = b.url.text();
    out.authority = b.authority;
    out.port = b.url.port;
    out.tls = b.url.tls;
    for (const auto& e : b.addresses)
        out.addresses.push_back(e.address().to_string());
    for (const auto& n : b.names)
        out.names.push_back(n.text);
    if (b.tls) {
        out.verify = b.tls->rule().verify;
        out.ca = b.tls->rule().ca;
        out.tls_name = b.tls->name();
    }
}

listed_rule listed(const server_rec* s, const rule& r, const char* kind, const std::string& path)
{
    listed_rule out;
    out.kind = kind;
    out.path = path;
    out.place = r.place;
    const auto& backends = config_of(s)->backends;
    if (r.backend && r.number < backends.size()) {
        put_backend(out, backends[r.number]);
        put_settings(out, settled_settings(s, r.settings));
    }
    return out;
}

// In the order in which they are tried.
std::vector<listed_rule> rules_in(const server_rec* s)
{
    const auto& config = *config_of(s);
    std::vector<listed_rule> all;
    all.reserve(config.location_routes.size() + config.matches.size() +
                config.routes.routes().size());
    for (const auto* r : config.location_routes)
        all.push_back(listed(s, *r, "location", r->path));
    for (const auto& m : config.matches)
        all.push_back(listed(s, m, "match", m.pattern));
    for (const auto& r : config.routes.routes())
        all.push_back(listed(s, r, "path", r.path));
    return all;
}

void add_names(const apr_array_header_t* names, std::vector<std::string>& out)
{
    for (int i = 0; names && i < names->nelts; ++i)
        out.emplace_back(view(APR_ARRAY_IDX(names, i, const char*)));
}

listed_site listed(const server_rec* s)
{
    listed_site out;
    out.name = view(s->server_hostname);
    add_names(s->names, out.aliases);
    add_names(s->wild_names, out.aliases);
    out.place = place_of(s);
    for (const auto* a = s->is_virtual ? s->addrs : nullptr; a; a = a->next) {
        const listed_endpoint at{std::string(view(a->virthost)), a->host_port};
        if (out.at.empty() || out.at.back() != at) // "*" comes once for each family
            out.at.push_back(at);
    }
    out.pseudo_v4 = word(config_of(s)->pseudo_v4);
    out.rules = rules_in(s);
    return out;
}

void write_out(std::string_view text)
{
    while (!text.empty()) {
        const auto n = write(STDOUT_FILENO, text.data(), text.size());
        if (n < 0 && errno != EINTR)
            return;
        text.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
    }
}

} // namespace

void dump_sites(const server_rec* main_server)
{
    if (!ap_exists_config_define("DUMP_V6FRONT"))
        return;
    site_list all;
    for_each_listener([&all](const asio::ip::address& address, std::uint16_t port) {
        all.listen.push_back({address.to_string(), port});
    });
    const auto nameless = find_nameless_hosts(main_server);
    // httpd keeps its virtual hosts in the reverse order of the configuration.
    for (const auto* s = main_server; s; s = s->next)
        if (config_of(s)->has_routes()) {
            auto site = listed(s);
            site.named = !nameless.contains(s) || has_written_main_name(main_server, s);
            all.sites.insert(s->is_virtual ? all.sites.begin() : all.sites.end(), std::move(site));
        }
    write_out(to_json(all));
}

} // namespace v6front
