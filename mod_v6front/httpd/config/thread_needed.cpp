// SPDX-License-Identifier: Apache-2.0

#include "thread_needed.hpp"

#include "core/message/fields.hpp"
#include "config.hpp"
#include "httpd/base/log.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string_view>
#include <unordered_map>

namespace v6front
{

namespace
{

// What one virtual host has, or the main server for all of them.
struct needs {
    const ap_directive_t* section = nullptr; // has mod_ssl shake hands anew; gone after post_config
    bool files = false;                      // .htaccess files may
    std::atomic<bool> learned{false};
};

using all_needs = std::unordered_map<const server_rec*, needs>;

all_needs* found_needs = nullptr; // has every server before the children begin

bool is_named(const ap_directive_t& d, const char* name)
{
    return strcasecmp(d.directive, name) == 0;
}

bool has_word(std::string_view args, std::string_view wanted)
{
    while (!args.empty()) {
        const auto word = args.substr(0, args.find_first_of(" \t\"'"));
        if (iequals(word, wanted))
            return true;
        args.remove_prefix(std::min(args.size(), word.size() + 1));
    }
    return false;
}

// "none" asks for less than there is, and needs no handshake (mod_ssl, ssl_hook_Access).
bool shakes_hands(const ap_directive_t& d)
{
    return (is_named(d, "SSLVerifyClient") && !has_word(d.args, "none")) ||
           is_named(d, "SSLVerifyDepth") || is_named(d, "SSLCipherSuite");
}

bool allows_in_files(const ap_directive_t& d)
{
    return (is_named(d, "AllowOverride") &&
            (has_word(d.args, "All") || has_word(d.args, "AuthConfig"))) ||
           (is_named(d, "AllowOverrideList") &&
            (has_word(d.args, "SSLVerifyClient") || has_word(d.args, "SSLVerifyDepth") ||
             has_word(d.args, "SSLCipherSuite")));
}

// With these a request may be served by another virtual host than TLS's handshake was with, whose
// own SSLVerifyClient or SSLCipherSuite then counts.
bool mixes_hosts(const ap_directive_t& d)
{
    return is_named(d, "SSLVHostSNIPolicy") &&
           (has_word(d.args, "authonly") || has_word(d.args, "insecure"));
}

// The virtual host of a <VirtualHost>; nullptr if it cannot be told.
const server_rec* server_of(const ap_directive_t& host, const server_rec* main_server)
{
    for (const auto* s = main_server->next; s; s = s->next)
        if (s->defn_name && s->defn_line_number == static_cast<unsigned>(host.line_num) &&
            std::strcmp(s->defn_name, host.filename) == 0)
            return s;
    return nullptr;
}

// <IfModule> and its like: what they hold stands where they stand.
bool is_condition(const ap_directive_t& d)
{
    return (strncasecmp(d.directive, "<If", 3) == 0 && d.directive[3] != '\0') ||
           is_named(d, "<Macro");
}

// `of`: the virtual host that these directives are in; nullptr: they hold for all.
class finder
{
public:
    finder(all_needs& into, const server_rec* main_server) : into_(into), main_(main_server) {}

    void look(const ap_directive_t* first, const server_rec* of, bool in_section)
    {
        for (const auto* d = first; d; d = d->next) {
            const bool host = is_named(*d, "<VirtualHost");
            if (d->first_child)
                look(d->first_child, host ? server_of(*d, main_) : of,
                     in_section || !(host || is_condition(*d)));
            else
                judge(*d, of, in_section);
        }
    }

private:
    void judge(const ap_directive_t& d, const server_rec* of, bool in_section)
    {
        if (mixes_hosts(d) || (in_section && shakes_hands(d)))
            mark(of, [&d](needs& n) { n.section = &d; });
        if (in_section && allows_in_files(d))
            mark(of, [](needs& n) { n.files = true; });
    }
    template <class Mark> void mark(const server_rec* of, const Mark& set)
    {
        for (auto& [server, its] : into_)
            if (!of || server == of)
                set(its);
    }

    all_needs& into_;
    const server_rec* main_;
};

void tell(server_rec* s, const ap_directive_t& d)
{
    ap_log_error(
        APLOG_MARK, APLOG_NOTICE, 0, s,
        V6LOGNO(0140) "%s: \"%s %s\" (%s:%d) may need a new TLS handshake during a request: "
                      "each TLS request of this virtual host runs on a thread",
        s->server_hostname ? s->server_hostname : "main server", d.directive, d.args, d.filename,
        d.line_num);
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
    finder(*found_needs, main_server).look(ap_conftree, nullptr, false);
    for (auto* s = main_server; s; s = s->next) {
        const auto* found = (*found_needs)[s].section;
        if (found && config_of(s)->has_routes() && config_of(s)->engine_on())
            tell(s, *found);
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
    if (its->learned.load(std::memory_order_relaxed))
        return true;
    return (its->section || its->files) && ap_ssl_conn_is_ssl(r->connection) &&
           (its->section || !is_routed(r, *server));
}

void learn_thread_need(const request_rec* r)
{
    if (auto* its = needs_of(r->server))
        its->learned.store(true, std::memory_order_relaxed);
}

} // namespace v6front
