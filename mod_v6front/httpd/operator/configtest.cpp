// SPDX-License-Identifier: Apache-2.0

#include "configtest.hpp"

#include "net/names/parallel_lookup.hpp"
#include "httpd/config/backends.hpp"
#include "httpd/config/listeners.hpp"
#include "httpd/config/own_addresses.hpp"
#include "access_by_address.hpp"
#include "finding_log.hpp"
#include "listen_conflicts.hpp"
#include "warnings.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace v6front
{

namespace
{

constexpr std::chrono::milliseconds patience_with_names{3000};

std::string text(const endpoint& e)
{
    return e.address().to_string() + ":" + std::to_string(e.port());
}

std::string ipv6_alone(std::uint16_t port)
{
    std::string text = "If the site is another server on this machine, make this one listen on its "
                       "IPv6 address only (\"Listen [";
    return text.append(own_ipv6_address()).append("]:").append(std::to_string(port)).append("\")");
}

// Backends with no other address than our own.
void find_own_backends(const server_rec* main_server, const own_listeners& listeners, findings& out)
{
    std::set<std::string> said;
    for_each_backend(main_server, [&](const configured_backend& b) {
        const auto is_ours = [&listeners](const endpoint& e) { return listeners.accepts(e); };
        if (b.may_be_self || b.backend.addresses.empty() || !b.backend.names.empty() ||
            !std::all_of(b.backend.addresses.begin(), b.backend.addresses.end(), is_ours) ||
            !said.insert(b.rule).second)
            return;
        out.push_back(
            {"V6F0204", b.place,
             b.rule + " (" + b.place + "): this server itself listens on " +
                 text(b.backend.addresses.front()) +
                 ", so every request would loop. Write the site's own address. " +
                 ipv6_alone(b.backend.url.port) +
                 ". If the site is another virtual host of this server, add \"self=on\" to the "
                 "rule",
             finding::kind::refusal});
    });
}

using backends_of_names = std::map<std::string, std::vector<configured_backend>>;

void find_own_addresses(const own_listeners& listeners, const configured_backend& b,
                        const std::string& name, const ipv4_addresses& found, findings& out)
{
    for (const auto& a : found) {
        const endpoint at(a, b.backend.url.port);
        if (!b.may_be_self && listeners.accepts(at))
            out.push_back({"V6F0205", b.place,
                           b.rule + " (" + b.place + "): " + name + " resolves to " + text(at) +
                               ", where this server itself listens: that address would loop and "
                               "is not used; if there is no other, requests get 508. " +
                               ipv6_alone(b.backend.url.port) +
                               ". Otherwise give the site's address with V6FrontBackendV4"});
    }
}

finding no_address(const configured_backend& user, const std::string& name, reason why)
{
    const bool is_silence = why == reason::lookup_timed_out || why == reason::lookup_failed;
    return {"V6F0206", user.place,
            user.rule + " (" + user.place + "): " + name + ": " + std::string(describe(why).words) +
                (why == reason::no_ipv4_address ? ", only IPv6 ones, which are not used" : "") +
                "; its requests get " + std::to_string(describe(why).status) +
                (is_silence ? ". Check this machine's name server"
                            : ". Add an A record that this machine can look up") +
                ", or give the site's address with V6FrontBackendV4"};
}

looked_up_names find_in_names(const server_rec* main_server, const own_listeners& listeners,
                              findings& out)
{
    looked_up_names found;
    backends_of_names backends;
    std::set<std::pair<std::string, std::string>> seen;
    for_each_backend(main_server, [&](const configured_backend& b) {
        for (const auto& name : b.backend.names)
            if (seen.emplace(name.text, b.rule).second)
                backends[name.text].push_back(b);
    });
    std::vector<std::string> names;
    for (const auto& each : backends)
        names.push_back(each.first);
    const auto answers = look_up_all(names, patience_with_names);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto& users = backends[names[i]];
        if (answers[i] && answers[i]->has_value()) {
            for (const auto& b : users)
                find_own_addresses(listeners, b, names[i], **answers[i], out);
            found[names[i]] = **answers[i];
            continue;
        }
        const auto why = answers[i] ? answers[i]->error().reason : reason::lookup_timed_out;
        out.push_back(no_address(users.front(), names[i], why));
    }
    return found;
}

} // namespace

int check_configuration(server_rec* main_server)
{
    const auto listeners = find_own_listeners();
    findings all;
    find_own_backends(main_server, listeners, all);
    log_findings(all, main_server);
    if (!all.empty())
        return HTTP_INTERNAL_SERVER_ERROR;
    if (ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_TEST) {
        findings of_names;
        const auto found = find_in_names(main_server, listeners, of_names);
        all = find_in_settings(main_server, found);
        if (any_routes(main_server))
            find_listen_conflicts(main_server, all);
        all.insert(all.end(), of_names.begin(), of_names.end());
        log_findings(all, main_server);
        note_local_sites(main_server, found);
    }
    return OK;
}

} // namespace v6front
