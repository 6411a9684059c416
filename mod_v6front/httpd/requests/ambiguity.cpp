// SPDX-License-Identifier: Apache-2.0

#include "ambiguity.hpp"

#include "core/message/fields.hpp"
#include "httpd/base/http2_stream.hpp"
#include "httpd/config/config.hpp"

namespace v6front
{

// httpd itself takes any list of codings that ends in chunked, and chunks of HTTP/1.0 clients, who
// do not know them (RFC 9112 6.1, 6.3).
int refuse_ambiguous(request_rec* r)
{
    const char* coding = apr_table_get(r->headers_in, "Transfer-Encoding");
    if (!coding || is_http2_stream(r->connection) || !config_of(r->server)->has_routes())
        return DECLINED;
    if (r->proto_num >= HTTP_VERSION(1, 1) && iequals(view(coding), "chunked"))
        return DECLINED;
    r->connection->keepalive = AP_CONN_CLOSE;
    return HTTP_BAD_REQUEST;
}

} // namespace v6front
