// SPDX-License-Identifier: Apache-2.0

#include "without_memory.hpp"

#include "httpd/base/log.hpp"
#include "early_end.hpp"

namespace v6front
{

int end_without_memory(request_rec* r, request_client& client)
{
    client.watch_for_departure(nullptr);
    r->connection->keepalive = AP_CONN_CLOSE;
    const bool begun = client.has_begun();
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, V6LOGNO(0153) "%s %s: out of memory; %s", r->method,
                  r->uri, begun ? "the response was cut off" : "the client gets 503");
    if (begun) {
        client.break_off();
        return OK;
    }
    if (!client.has_read_all() && ap_request_has_body(r))
        take_rest_before_end(r);
    apr_table_setn(r->err_headers_out, "Retry-After", "1");
    return HTTP_SERVICE_UNAVAILABLE;
}

} // namespace v6front
