// SPDX-License-Identifier: Apache-2.0

#include "client_record.hpp"
#include "httpd/base/http2_stream.hpp"
#include "httpd/process/services.hpp"

namespace v6front
{

void begin_record(conn_rec* c)
{
    auto* shared = services::current();
    if (shared && !is_http2_stream(c) && !c->outgoing)
        ap_set_module_config(c->conn_config, &v6front_module,
                             pool_new<client_record>(c->pool, shared->shared_clients()));
}

void end_record(conn_rec* c)
{
    if (auto* record = is_http2_stream(c) ? nullptr : record_of(c))
        record->connections.end();
}

client_record* record_of(const conn_rec* c)
{
    return static_cast<client_record*>(
        ap_get_module_config(client_connection(c)->conn_config, &v6front_module));
}

} // namespace v6front
