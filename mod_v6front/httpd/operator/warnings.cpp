// SPDX-License-Identifier: Apache-2.0

#include "warnings.hpp"

#include "httpd/config/config.hpp"
#include "blocking_hooks.hpp"
#include "conflicts.hpp"
#include "oldest_httpd.hpp"
#include "unreachable.hpp"
#include "without_effect.hpp"

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

findings find_in_settings(const server_rec* main_server)
{
    findings all;
    if (!any_routes(main_server))
        return all;
    if (has_engines())
        find_blocking_hooks(main_server, all);
    find_old_http2(all);
    const auto servers = rules_of_servers(main_server);
    find_unreachable(main_server, servers, all);
    find_conflicts(main_server, all);
    find_no_effect(main_server, servers, all);
    return all;
}

} // namespace v6front
