// SPDX-License-Identifier: Apache-2.0
//
// Every hook of the module, nearly in the order in which httpd runs them.

#include "httpd/base/bridge.h"
#include "httpd/base/guard.hpp"
#include "httpd/config/backends.hpp"
#include "httpd/connections/adoption.hpp"
#include "httpd/connections/descriptor_room.hpp"
#include "httpd/connections/filters.hpp"
#include "httpd/connections/taken_listener.hpp"
#include "httpd/operator/configtest.hpp"
#include "httpd/operator/site_dump.hpp"
#include "httpd/process/generations.hpp"
#include "httpd/process/startup.hpp"
#include "httpd/requests/access_notes.hpp"
#include "httpd/requests/client_fields.hpp"
#include "httpd/requests/client_record.hpp"
#include "httpd/requests/client_tunnel.hpp"
#include "httpd/requests/early_end.hpp"
#include "httpd/requests/encoded_slash.hpp"
#include "httpd/requests/handler.hpp"
#include "httpd/requests/hook_time.hpp"
#include "httpd/requests/logged_connection.hpp"
#include "httpd/requests/protocol_offers.hpp"
#include "httpd/requests/request_checks.hpp"
#include "httpd/requests/request_state.hpp"
#include "httpd/requests/routing.hpp"
#include "httpd/requests/tls_closure.hpp"
#include "httpd/requests/trailer_filter.hpp"
#include "httpd/status/gathered_status.hpp"
#include "httpd/status/status_handler.hpp"
#include "httpd/status/status_section.hpp"
#include "child.hpp"

extern "C" {

static int v6front_post_config(apr_pool_t* pconf, apr_pool_t*, apr_pool_t*, server_rec* s)
{
    return v6front::guard("post_config", HTTP_INTERNAL_SERVER_ERROR,
                          [=] { return v6front::settle_server(pconf, s); });
}

static int v6front_open_logs(apr_pool_t*, apr_pool_t*, apr_pool_t*, server_rec*)
{
    return v6front::guard("open_logs", OK, [] {
        v6front::settle_listeners();
        return OK;
    });
}

static int v6front_check_config(apr_pool_t*, apr_pool_t*, apr_pool_t*, server_rec* s)
{
    return v6front::guard("check_config", HTTP_INTERNAL_SERVER_ERROR, [=] {
        if (!v6front::settle_backends(s))
            return HTTP_INTERNAL_SERVER_ERROR;
        return v6front::check_configuration(s);
    });
}

static void v6front_test_config(apr_pool_t*, server_rec* s)
{
    v6front::guard("test_config", [=] { v6front::dump_sites(s); });
}

static apr_status_t v6front_end_child(void* made)
{
    v6front::guard("the end of a child", [=] { delete static_cast<v6front::child*>(made); });
    return APR_SUCCESS;
}

static void v6front_begin_child(apr_pool_t*, server_rec*)
{
    v6front::guard("the beginning of a child", [] { v6front::enlarge_descriptor_table(); });
}

static void v6front_child_init(apr_pool_t* pchild, server_rec* s)
{
    v6front::guard("child_init", [=] {
        auto* made = new v6front::child(s, v6front::via_pseudonym());
        // Before the pool's own end: connections may still be in use until the engines are joined.
        apr_pool_pre_cleanup_register(pchild, made, v6front_end_child);
    });
}

static int v6front_status(request_rec* r, int flags)
{
    return v6front::guard("mod_status's page", OK, [=] {
        if (auto* in = v6front::child::current())
            v6front::add_status_section(
                r, flags, v6front::list_process(ap_server_conf, in->shared(), in->engines()),
                v6front::gather_status(ap_server_conf, in->shared()));
        return OK;
    });
}

static void v6front_child_stopping(apr_pool_t*, int graceful)
{
    v6front::guard("child_stopping", [=] {
        if (auto* in = v6front::child::current())
            in->begin_stop(graceful != 0);
    });
}

static int v6front_pre_connection(conn_rec* c, void*)
{
    return v6front::guard("pre_connection", HTTP_INTERNAL_SERVER_ERROR, [=] {
        v6front::begin_record(c);
        return OK;
    });
}

static int v6front_pre_close_connection(conn_rec* c)
{
    return v6front::guard("pre_close_connection", OK, [=] {
        v6front::end_record(c);
        return OK;
    });
}

static int v6front_put_back(conn_rec* c)
{
    return v6front::guard("putting bytes back", DECLINED, [=] {
        v6front::put_back_what_was_read(c);
        return DECLINED;
    });
}

static int v6front_protocol_propose(conn_rec* c, request_rec*, server_rec*,
                                    const apr_array_header_t*, apr_array_header_t* proposals)
{
    return v6front::guard("protocol_propose", DECLINED, [=] {
        v6front::keep_to_http1(c, proposals);
        return DECLINED;
    });
}

static int v6front_process_connection(conn_rec* c)
{
    return v6front::guard("process_connection", DECLINED, [=] {
        auto* in = v6front::child::current();
        return in ? v6front::adopt(c, in->shared(), in->engines(), in->slots()) : DECLINED;
    });
}

static void v6front_suspend_connection(conn_rec* c, request_rec*)
{
    v6front::guard("suspend_connection", [=] { v6front::hand_over(c); });
}

static int v6front_create_request(request_rec* r)
{
    return v6front::guard("create_request", HTTP_INTERNAL_SERVER_ERROR, [=] {
        v6front::begin_request(r);
        return OK;
    });
}

static int v6front_post_read_request(request_rec* r)
{
    return v6front::guard("post_read_request", HTTP_INTERNAL_SERVER_ERROR, [=] {
        v6front::remember_client_fields(r);
        v6front::tell_of_encoded_slash(r);
        return v6front::check_coding(r);
    });
}

static int v6front_translate_name(request_rec* r)
{
    return v6front::guard("translate_name", HTTP_INTERNAL_SERVER_ERROR,
                          [=] { return v6front::translate_name(r); });
}

static int v6front_map_to_storage(request_rec* r)
{
    return v6front::guard("map_to_storage", HTTP_INTERNAL_SERVER_ERROR,
                          [=] { return v6front::map_to_storage(r); });
}

static int v6front_drop_upgrades(request_rec* r)
{
    return v6front::guard("dropping an Upgrade", DECLINED, [=] {
        v6front::drop_impossible_upgrades(r);
        return DECLINED;
    });
}

static int v6front_withdraw_offers(request_rec* r)
{
    return v6front::guard("withdrawing an offer", DECLINED, [=] {
        v6front::withdraw_impossible_offers(r);
        return DECLINED;
    });
}

static int v6front_fixups(request_rec* r)
{
    return v6front::guard("fixups", DECLINED, [=] {
        v6front::offer_via(r);
        return DECLINED;
    });
}

static int v6front_keep_off_engine(request_rec* r)
{
    return v6front::guard("the first handler", HTTP_INTERNAL_SERVER_ERROR, [=] {
        v6front::take_via_back(r);
        return v6front::keep_off_engine(r);
    });
}

static int v6front_handle(request_rec* r)
{
    return v6front::guard("the handler", HTTP_INTERNAL_SERVER_ERROR,
                          [=] { return v6front::handle(r); });
}

static int v6front_show_status(request_rec* r)
{
    return v6front::guard("v6front-status", HTTP_INTERNAL_SERVER_ERROR,
                          [=] { return v6front::show_status(r); });
}

static int v6front_before_loggers(request_rec* r)
{
    return v6front::guard("the first logger", OK, [=] {
        v6front::carry_notes(r);
        v6front::begin_logging(r);
        return v6front::before_loggers(r);
    });
}

static int v6front_after_loggers(request_rec* r)
{
    return v6front::guard("the last logger", OK, [=] {
        v6front::end_logging(r);
        return v6front::after_loggers(r);
    });
}

static void register_process_hooks()
{
    v6front::guard("registering hooks", [] {
        // After the MPM's own, which settles its limits.
        ap_hook_check_config(v6front_check_config, nullptr, nullptr, APR_HOOK_LAST);
        ap_hook_test_config(v6front_test_config, nullptr, nullptr, APR_HOOK_MIDDLE);
        // Right after the MPM's own, which opens the listeners.
        static const char* const event[] = {"event.c", nullptr};
        ap_hook_open_logs(v6front_open_logs, event, nullptr, APR_HOOK_REALLY_FIRST);
        ap_hook_post_config(v6front_post_config, nullptr, nullptr, APR_HOOK_LAST);
        ap_hook_child_init(v6front_begin_child, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
        // Its threads have what others give the process here, such as a profile of AppArmor.
        ap_hook_child_init(v6front_child_init, nullptr, nullptr, APR_HOOK_REALLY_LAST + 5);
        ap_hook_child_stopping(v6front_child_stopping, nullptr, nullptr, APR_HOOK_MIDDLE);
    });
}

static void register_connection_hooks()
{
    v6front::guard("registering hooks", [] {
        ap_hook_pre_connection(v6front_pre_connection, nullptr, nullptr, APR_HOOK_MIDDLE);
        ap_hook_pre_close_connection(v6front_pre_close_connection, nullptr, nullptr,
                                     APR_HOOK_MIDDLE);
        ap_hook_protocol_propose(v6front_protocol_propose, nullptr, nullptr, APR_HOOK_REALLY_LAST);
        ap_hook_process_connection(v6front_put_back, nullptr, nullptr, APR_HOOK_REALLY_FIRST - 5);
        // After mod_ssl's handshake and mod_http2's choice of protocol, before core.
        ap_hook_process_connection(v6front_process_connection, nullptr, nullptr, APR_HOOK_LAST + 5);
        ap_hook_suspend_connection(v6front_suspend_connection, nullptr, nullptr,
                                   APR_HOOK_REALLY_LAST + 5);
    });
}

static void register_request_hooks()
{
    v6front::guard("registering hooks", [] {
        ap_hook_create_request(v6front_create_request, nullptr, nullptr, APR_HOOK_MIDDLE);
        ap_hook_post_read_request(v6front_post_read_request, nullptr, nullptr,
                                  APR_HOOK_REALLY_FIRST - 5);
        // After mod_rewrite, whose result with [PT] is routed; before mod_alias and core.
        static const char* const rewrite[] = {"mod_rewrite.c", nullptr};
        ap_hook_translate_name(v6front_translate_name, rewrite, nullptr, APR_HOOK_FIRST);
        ap_hook_map_to_storage(v6front_map_to_storage, nullptr, nullptr, APR_HOOK_FIRST);
        // Around core's, which are APR_HOOK_REALLY_FIRST: a handler, and for "OPTIONS *" this one.
        static const char* const core[] = {"core.c", nullptr};
        static const char* const cache[] = {"mod_cache.c", nullptr};
        ap_hook_map_to_storage(v6front_drop_upgrades, nullptr, core, APR_HOOK_REALLY_FIRST - 5);
        ap_hook_map_to_storage(v6front_withdraw_offers, core, nullptr, APR_HOOK_REALLY_FIRST);
        ap_hook_handler(v6front_drop_upgrades, nullptr, core, APR_HOOK_REALLY_FIRST - 4);
        ap_hook_handler(v6front_withdraw_offers, core, cache, APR_HOOK_REALLY_FIRST);
        static const char* const headers[] = {"mod_headers.c", nullptr};
        ap_hook_fixups(v6front_fixups, nullptr, headers, APR_HOOK_LAST);
        ap_hook_handler(v6front_keep_off_engine, nullptr, nullptr, APR_HOOK_REALLY_FIRST - 5);
        ap_hook_log_transaction(v6front_before_loggers, nullptr, nullptr,
                                APR_HOOK_REALLY_FIRST - 5);
        ap_hook_log_transaction(v6front_after_loggers, nullptr, nullptr, APR_HOOK_REALLY_LAST + 5);
        // Whether or not mod_status is loaded, and before or after us.
        APR_OPTIONAL_HOOK(ap, status_hook, v6front_status, nullptr, nullptr, APR_HOOK_MIDDLE);
        ap_hook_handler(v6front_handle, nullptr, nullptr, APR_HOOK_FIRST);
        ap_hook_handler(v6front_show_status, nullptr, nullptr, APR_HOOK_MIDDLE);
    });
}

void v6front_register_hooks(apr_pool_t*)
{
    v6front::guard("registering hooks", [] {
        v6front::register_filters();
        v6front::register_tunnel_filter();
        v6front::register_trailer_filter();
        v6front::register_early_end();
        v6front::register_tls_closure();
        register_process_hooks();
        register_connection_hooks();
        register_request_hooks();
    });
}

} // extern "C"
