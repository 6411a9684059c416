// SPDX-License-Identifier: Apache-2.0

#include "handler.hpp"

#include "httpd/base/log.hpp"
#include "httpd/process/services.hpp"
#include "content_filters.hpp"
#include "early_end.hpp"
#include "proxied_request.hpp"
#include "request_checks.hpp"
#include "request_host.hpp"
#include "routing.hpp"

namespace v6front
{

namespace
{

bool is_on_engine(const request_rec* r)
{
    const auto* host = request_host::of(r);
    return host && host->is_on_engine();
}

// The host, if the request's hooks run right now and httpd honours SUSPENDED for it: only at top
// level, never for a subrequest or an internal redirect (http_request.c).
request_host* suspendable(const request_rec* r)
{
    auto* host = request_host::of(r);
    return host && host->may_suspend() && !r->main && !r->prev ? host : nullptr;
}

// What becomes a tunnel passes no filters of content.
bool wants_thread(const request_rec* r)
{
    return may_wait_in_output(r) && !apr_table_get(r->headers_in, "Upgrade");
}

} // namespace

int handle(request_rec* r)
{
    const auto* decision = routed(r);
    if (!decision || view(r->handler) != handler_name)
        return DECLINED;
    auto* shared = services::current();
    if (!shared)
        return HTTP_SERVICE_UNAVAILABLE;
    if (decision->ends_here)
        return ap_send_http_options(r);
    auto* host = suspendable(r);
    const auto keepalive = host ? host->keepalive_before() : r->connection->keepalive;
    if (const int status = check_message(r, keepalive); status != OK) {
        if (ap_request_has_body(r))
            take_rest_before_end(r);
        return status;
    }
    if (host) {
        host->then(request_host::next_step::exchange, r);
        return SUSPENDED;
    }
    // What is left to reach this on an engine is a page for a request that httpd could not even
    // read (ErrorDocument 400), or a hook that wants a page of the site. Never block
    // the engine for one connection.
    if (is_on_engine(r)) {
        ap_log_rerror(
            APLOG_MARK, APLOG_WARNING, 0, r,
            V6LOGNO(0104) "%s is a page of the backend; fetching it here would block an engine, so "
                          "httpd's own page is sent. Serve it from a file: \"V6FrontPass %s !\"",
            r->uri, r->uri);
        return HTTP_SERVICE_UNAVAILABLE;
    }
    return run_borrowed(r, *decision, *shared);
}

int keep_off_engine(request_rec* r)
{
    route_again(r);
    auto* host = suspendable(r);
    const bool ours = routed(r) && view(r->handler) == handler_name;
    if (!host || (ours && !wants_thread(r)))
        return DECLINED;
    host->then(request_host::next_step::other_handler, r);
    return SUSPENDED;
}

} // namespace v6front
