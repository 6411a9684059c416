// SPDX-License-Identifier: Apache-2.0

#include "startup.hpp"

#include "core/base/version.hpp"
#include "core/message/fields.hpp"
#include "httpd/base/log.hpp"
#include "httpd/config/config.hpp"
#include "httpd/config/config_tree.hpp"
#include "httpd/config/default_directive.h"
#include "httpd/config/logged_notes.hpp"
#include "httpd/config/thread_needed.hpp"
#include "httpd/operator/access_by_address.hpp"
#include "httpd/operator/blocking_hooks.hpp"
#include "httpd/operator/finding_log.hpp"
#include "httpd/operator/warnings.hpp"
#include "generations.hpp"
#include "kept_counters.hpp"
#include "listener_choice.hpp"
#include "shared_memory.hpp"

namespace v6front
{

namespace
{

std::string pseudonym;

// Survives the module's own unloading at a restart, so that a loop is recognised across one.
std::string retained_token(server_rec* s)
{
    constexpr const char* key = "v6front-via-token";
    auto* token = static_cast<const char*>(ap_retained_data_get(key));
    if (!token) {
        auto* made = static_cast<char*>(ap_retained_data_create(key, 17));
        unsigned char random[8];
        if (apr_generate_random_bytes(random, sizeof random) != APR_SUCCESS) {
            ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s,
                         V6LOGNO(0202) "the system gives no random numbers, which this front's "
                                       "name in Via needs");
            return {};
        }
        for (std::size_t i = 0; i < sizeof random; ++i)
            apr_snprintf(made + 2 * i, 3, "%02x", random[i]);
        token = made;
    }
    return token;
}

// How many connections the event MPM admits, slow and idle ones included, is a multiple of its
// threads. AsyncRequestWorkerFactor cannot be asked for; its default of 2 (event.c) is for
// connections that hold a thread now and then, as those of an engine do not.
void raise_low_limit(apr_pool_t* pconf, server_rec* s)
{
    static constexpr const char* name = "AsyncRequestWorkerFactor";
    bool is_set = false;
    for_each_directive(
        s, [&is_set](const written_directive& d) { is_set = is_set || iequals(d.name, name); });
    if (is_set)
        return;
    int threads = 0;
    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    if (v6front_give_mpm_directive(pconf, s, "event.c", name, "200"))
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, s,
                     V6LOGNO(0307) "AsyncRequestWorkerFactor is not set: using 200, which allows "
                                   "%d connections per child, including slow and idle ones",
                     threads * 201);
    else
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                     V6LOGNO(0201) "AsyncRequestWorkerFactor is not set: the event MPM allows at "
                                   "most %d connections per child, including slow clients. "
                                   "\"AsyncRequestWorkerFactor 200\" allows %d",
                     threads * 3, threads * 201);
}

// Beside httpd's own "configured -- resuming normal operations", which follows it.
void log_start(const server_rec* main_server)
{
    unsigned servers = 0;
    for (const auto* s = main_server; s; s = s->next)
        servers += config_of(s)->has_routes() ? 1 : 0;
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, main_server,
                 V6LOGNO(0276) "mod_v6front/%s configured: %u virtual hosts with routes, %s",
                 version, servers, has_engines() ? "on engines" : "on threads of this MPM");
}

} // namespace

int settle_server(apr_pool_t* pconf, server_rec* main_server)
{
    // httpd reads the configuration twice at start; the first time only to see whether it can.
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG)
        return OK;
    const auto token = retained_token(main_server);
    if (token.empty())
        return HTTP_INTERNAL_SERVER_ERROR;
    pseudonym = "v6front-" + token;
    config_of(main_server)->bodies_read_first = has_engines() && hooks_read_bodies(main_server);
    if (has_engines())
        find_thread_needs(pconf, main_server);
    learn_read_limits(main_server);
    find_logged_notes(main_server);
    make_shared_memory(pconf, main_server, limits_in(pconf));
    keep_counters(main_server);
    if (has_engines() && any_routes(main_server))
        raise_low_limit(pconf, main_server);
    if (has_engines()) {
        choose_listeners(pconf, main_server);
        announce_generation(main_server);
    }
    log_findings(find_in_settings(main_server), main_server);
    note_local_sites(main_server);
    log_start(main_server);
    return OK;
}

const std::string& via_pseudonym()
{
    return pseudonym;
}

} // namespace v6front
