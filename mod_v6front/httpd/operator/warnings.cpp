// SPDX-License-Identifier: Apache-2.0

#include "warnings.hpp"

#include "httpd/base/log.hpp"
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

void warn_of_old_http2(server_rec* s)
{
    ap_version_t running;
    ap_get_server_revision(&running);
    if (!ap_find_linked_module("mod_http2.c") ||
        is_fit_for_http2({running.major, running.minor, running.patch}))
        return;
    ap_log_error(
        APLOG_MARK, APLOG_WARNING, 0, s,
        V6LOGNO(
            0231) "mod_http2 of httpd %d.%d.%d is loaded: before 2.4.58, a thread that waits for "
                  "an HTTP/2 upload uses 100 %% CPU. Use a newer httpd, or \"Protocols http/1.1\"",
        running.major, running.minor, running.patch);
}

void warn_of_trust_in_all(server_rec* main_server)
{
    for (auto* s = main_server; s; s = s->next)
        for (const auto& prefix : config_of(s)->trusted.prefixes())
            if (prefix.length == (prefix.is_v4() ? 96U : 0U))
                ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                             V6LOGNO(0250) "V6FrontTrust %s trusts every client, which can then "
                                           "say any address of itself. List the proxies alone",
                             prefix.text().c_str());
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

void warn_of_settings(server_rec* main_server)
{
    if (!any_routes(main_server))
        return;
    if (has_engines())
        warn_of_blocking_hooks(main_server);
    warn_of_old_http2(main_server);
    warn_of_trust_in_all(main_server);
    warn_of_the_unreachable(main_server);
    warn_of_conflicts(main_server);
    warn_of_no_effect(main_server);
}

} // namespace v6front
