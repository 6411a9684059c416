// SPDX-License-Identifier: Apache-2.0

#include "warnings.hpp"

#include "httpd/config/config.hpp"
#include "access_by_address.hpp"
#include "blocking_hooks.hpp"
#include "conflicts.hpp"
#include "hidden.hpp"
#include "oldest_httpd.hpp"
#include "tls_warnings.hpp"
#include "unreachable.hpp"
#include "without_effect.hpp"
#include "written_mistakes.hpp"

#include <set>

namespace v6front
{

namespace
{

void find_old_http2(findings& out)
{
    ap_version_t running;
    ap_get_server_revision(&running);
    const httpd_version version{running.major, running.minor, running.patch};
    if (ap_find_linked_module("mod_http2.c") && !is_fit_for_http2(version))
        out.push_back({"V6F0231",
                       {},
                       "mod_http2 of httpd " + text_of(version) +
                           " is loaded: before 2.4.58, a thread that waits for an HTTP/2 upload "
                           "uses 100 % CPU. Use a newer httpd, or \"Protocols http/1.1\""});
}

void find_trust_in_all(const server_rec* main_server, findings& out)
{
    std::set<std::string> said; // virtual hosts inherit it
    for (const auto* s = main_server; s; s = s->next)
        for (const auto& prefix : config_of(s)->trusted.prefixes())
            if (prefix.length == (prefix.is_v4() ? 96U : 0U) && said.insert(prefix.text()).second)
                out.push_back({"V6F0250",
                               {},
                               "V6FrontTrust " + prefix.text() +
                                   " trusts every client, which can then say any address of "
                                   "itself. List the proxies alone"});
}

} // namespace

bool has_engines()
{
    int async = 0;
    ap_mpm_query(AP_MPMQ_IS_ASYNC, &async);
    return async != 0;
}

bool any_routes(const server_rec* s)
{
    for (; s; s = s->next)
        if (config_of(s)->has_routes())
            return true;
    return false;
}

findings find_in_settings(const server_rec* main_server, const looked_up_names& known)
{
    findings all;
    if (!any_routes(main_server)) {
        find_idle_settings(main_server, all);
        return all;
    }
    if (has_engines())
        find_blocking_hooks(main_server, all);
    find_old_http2(all);
    find_trust_in_all(main_server, all);
    const auto servers = rules_of_servers(main_server);
    find_unreachable(main_server, servers, all);
    find_hidden(main_server, all);
    find_conflicts(main_server, all);
    find_no_effect(main_server, servers, all);
    find_written_mistakes(main_server, all);
    find_unsafe_tls(main_server, all);
    find_missing_sources(main_server, all);
    find_loopback_sources(main_server, known, all);
    find_idle_settings(main_server, all);
    return all;
}

} // namespace v6front
