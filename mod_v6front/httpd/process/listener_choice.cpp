// SPDX-License-Identifier: Apache-2.0

#include "listener_choice.hpp"

#include "core/base/ascii.hpp"
#include "core/findings/blocking_handshake.hpp"
#include "httpd/base/log.hpp"
#include "httpd/base/socket_address.hpp"
#include "httpd/config/config.hpp"
#include "httpd/config/config_tree.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace v6front
{

namespace
{

std::vector<chosen_listener>* chosen = nullptr; // in pconf

// What mod_ssl was told for one server, or for the main server and thereby for all. The last line
// counts; nullopt: none was written.
struct tls_lines {
    std::optional<bool> engine;
    std::map<std::string_view, bool> waits; // by directive
};
using all_tls_lines = std::map<const server_rec*, tls_lines>;

all_tls_lines find_tls_lines(const server_rec* main_server)
{
    all_tls_lines all;
    for_each_directive(main_server, [&all](const written_directive& d) {
        auto& its = all[d.server];
        if (iequals(d.name, "SSLEngine"))
            its.engine = !d.words.empty() && !iequals(d.words[0], "off");
        if (const auto wait = handshake_wait_of(d.name, d.args); !wait.kind.empty())
            its.waits[wait.kind] = wait.waits;
    });
    return all;
}

// The directive that makes a handshake with this server wait; empty: none does.
std::string_view handshake_wait(all_tls_lines& lines, const server_rec* s,
                                const server_rec* main_server)
{
    auto& own = lines[s];
    auto& outer = lines[main_server];
    if (!own.engine.value_or(outer.engine.value_or(false)))
        return {};
    auto waits = outer.waits;
    for (const auto& [kind, does] : own.waits)
        waits[kind] = does;
    for (const auto& [kind, does] : waits)
        if (does)
            return kind;
    return {};
}

bool is_any(const apr_sockaddr_t* a)
{
    return !a || address_of(a) == ip_address() || address_of(a) == v4_address({0, 0, 0, 0});
}

// Perhaps: an address of this machine that both name by different words counts as well.
bool is_reached_at(const server_rec* s, const ap_listen_rec* l)
{
    for (const auto* a = s->addrs; a; a = a->next)
        if ((a->host_port == 0 || a->host_port == l->bind_addr->port) &&
            (is_any(l->bind_addr) || is_any(a->host_addr) || view(a->virthost) == "*" ||
             view(a->virthost) == "_default_" ||
             apr_sockaddr_equal(l->bind_addr, a->host_addr) != 0))
            return true;
    return false;
}

bool offers(const server_rec* s, const char* protocol)
{
    static const bool has_http2 = ap_find_linked_module("mod_http2.c") != nullptr;
    return has_http2 &&
           ap_is_allowed_protocol(nullptr, nullptr, const_cast<server_rec*>(s), protocol) != 0;
}

// Why all listeners are left to the MPM; empty: they are not.
std::string reason_for_all(const server_rec* main_server)
{
    if (!config_of(main_server)->engines_accept())
        return "V6FrontAccept Off";
    if (!ap_find_linked_module("event.c"))
        return "not the event MPM";
    if (ap_max_requests_per_child > 0)
        return "MaxConnectionsPerChild " + std::to_string(ap_max_requests_per_child);
    if (ap_num_listen_buckets > 1)
        return "ListenCoresBucketsRatio";
    return {};
}

std::string reason_for(const ap_listen_rec* l, const server_rec* main_server, all_tls_lines& lines)
{
    const auto protocol = view(l->protocol);
    if (!protocol.empty() && !iequals(protocol, "http") && !iequals(protocol, "https"))
        return "its protocol is " + std::string(protocol);
    for (const auto* s = main_server; s; s = s->next)
        if (const auto wait = handshake_wait(lines, s, main_server);
            !wait.empty() && is_reached_at(s, l))
            return std::string(wait) + " of " +
                   std::string(s == main_server ? "the main server" : view(s->server_hostname)) +
                   " makes TLS handshakes wait";
    return {};
}

bool is_for_engines(const ap_listen_rec* l, const server_rec* main_server)
{
    for (const auto* s = main_server; s; s = s->next)
        if (config_of(s)->has_routes() && config_of(s)->engine_on() && is_reached_at(s, l))
            return true;
    return false;
}

chosen_listener as_chosen(ap_listen_rec* l, const server_rec* main_server)
{
    chosen_listener made{l, {}};
    for (const auto* s = main_server; s; s = s->next)
        if (is_reached_at(s, l)) {
            made.offered.h2 = made.offered.h2 || offers(s, "h2");
            made.offered.h2c = made.offered.h2c || offers(s, "h2c");
        }
    return made;
}

std::string text_of(const ap_listen_rec* l)
{
    char text[64] = "?";
    apr_sockaddr_ip_getbuf(text, sizeof text, l->bind_addr);
    const bool is_v6 = l->bind_addr->family == APR_INET6;
    return (is_v6 ? "[" : "") + std::string(text) + (is_v6 ? "]:" : ":") +
           std::to_string(l->bind_addr->port);
}

void append_word(std::string& list, const std::string& word, std::string_view between)
{
    list.append(list.empty() ? "" : between).append(word);
}

} // namespace

void choose_listeners(apr_pool_t* pconf, const server_rec* main_server)
{
    chosen = pool_new<std::vector<chosen_listener>>(pconf);
    auto lines = find_tls_lines(main_server);
    const auto for_all = reason_for_all(main_server);
    std::map<std::string, std::string> left; // listeners, by reason
    for (auto* l = ap_listeners; l; l = l->next) {
        if (!l->active || !l->bind_addr || !is_for_engines(l, main_server))
            continue;
        const auto reason = for_all.empty() ? reason_for(l, main_server, lines) : for_all;
        if (reason.empty())
            chosen->push_back(as_chosen(l, main_server));
        else
            append_word(left[reason], text_of(l), ", ");
    }
    std::string text;
    for (const auto& [reason, listeners] : left)
        append_word(text, std::string(listeners).append(" (").append(reason).append(")"), "; ");
    if (!text.empty())
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, main_server,
                     V6LOGNO(0180) "the MPM, and not the engines, accepts the connections at %s",
                     text.c_str());
}

const std::vector<chosen_listener>& chosen_listeners()
{
    static const std::vector<chosen_listener> none;
    return chosen ? *chosen : none;
}

} // namespace v6front
