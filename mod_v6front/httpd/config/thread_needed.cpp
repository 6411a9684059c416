// SPDX-License-Identifier: Apache-2.0

#include "thread_needed.hpp"

#include "core/findings/blocking_directive.hpp"
#include "core/findings/handshake_directive.hpp"
#include "httpd/base/log.hpp"
#include "config.hpp"
#include "config_tree.hpp"

#include <atomic>
#include <string>
#include <unordered_map>

namespace v6front
{

namespace
{

// What one virtual host has, or the main server for all of them.
struct needs {
    std::string section; // what has mod_ssl shake hands anew; empty: nothing does
    bool files = false;  // .htaccess files may
    bool always = false; // its hooks wait for what other requests have (core/findings)
    std::atomic<bool> learned{false};
};

using all_needs = std::unordered_map<const server_rec*, needs>;

all_needs* found_needs = nullptr; // has every server before the children begin

// What is outside all virtual hosts applies to all.
template <class Mark>
void note_need(all_needs& all, const written_directive& d, const server_rec* main_server,
               const Mark& set)
{
    for (auto& [server, its] : all)
        if (d.server == main_server || d.server == server)
            set(its);
}

void look_at(const written_directive& d, const server_rec* main_server, all_needs& all)
{
    const auto need = handshake_need_of(d.name, d.args, d.section != nullptr);
    if (need.section)
        note_need(all, d, main_server, [&d](needs& n) {
            n.section = "\"" + d.name + " " + d.args + "\" (" + d.place + ")";
        });
    if (need.files)
        note_need(all, d, main_server, [](needs& n) { n.files = true; });
    const auto* blocking = find_blocking(d.name, d.args);
    if (blocking && blocking->waits == blocking_directive::who::request)
        note_need(all, d, main_server, [](needs& n) { n.always = true; });
}

void tell(server_rec* s, const std::string& section)
{
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, s,
                 V6LOGNO(0140) "%s: %s may need a new TLS handshake during a request, so each TLS "
                               "request of this virtual host runs on a thread",
                 s->server_hostname ? s->server_hostname : "main server", section.c_str());
}

// As its path stands now: a rewrite may still change it, and then the wait is refused and learned.
bool is_routed(const request_rec* r, const server_config& server)
{
    char* path = apr_pstrdup(r->pool, r->uri ? r->uri : "");
    ap_unescape_url(path);
    for (const auto* own : server.location_routes)
        if (own->backend && is_below(path, own->path))
            return true;
    for (const auto& rule : server.matches)
        if (ap_regexec(rule.regex, path, 0, nullptr, 0) == 0)
            return rule.backend.has_value();
    const auto* found = server.routes.match(path);
    return found && found->backend;
}

needs* needs_of(const server_rec* s)
{
    if (!found_needs)
        return nullptr;
    const auto found = found_needs->find(s);
    return found == found_needs->end() ? nullptr : &found->second;
}

} // namespace

void find_thread_needs(apr_pool_t* pconf, server_rec* main_server)
{
    found_needs = pool_new<all_needs>(pconf);
    for (auto* s = main_server; s; s = s->next)
        found_needs->try_emplace(s);
    for_each_directive(main_server, [main_server](const written_directive& d) {
        look_at(d, main_server, *found_needs);
    });
    for (auto* s = main_server; s; s = s->next) {
        const auto& found = (*found_needs)[s].section;
        if (!found.empty() && config_of(s)->has_routes() && config_of(s)->engine_on())
            tell(s, found);
    }
}

bool needs_thread(request_rec* r, bool bodies_read_first)
{
    const auto* server = config_of(r->server);
    if (!server->engine_on() || !server->has_routes())
        return true;
    if (bodies_read_first && ap_request_has_body(r))
        return true;
    const auto* its = needs_of(r->server);
    if (!its)
        return false;
    if (its->always || its->learned.load(std::memory_order_relaxed))
        return true;
    const bool in_section = !its->section.empty();
    return (in_section || its->files) && ap_ssl_conn_is_ssl(r->connection) &&
           (in_section || !is_routed(r, *server));
}

void learn_thread_need(const request_rec* r)
{
    if (auto* its = needs_of(r->server))
        its->learned.store(true, std::memory_order_relaxed);
}

} // namespace v6front
