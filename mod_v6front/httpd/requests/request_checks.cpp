// SPDX-License-Identifier: Apache-2.0

#include "request_checks.hpp"

#include "core/message/framing.hpp"
#include "core/message/target_form.hpp"
#include "httpd/base/http2_stream.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

bool is_own_host(request_rec* r, std::string_view host)
{
    // Names count and not ports, which a router between may have changed.
    return host == view(r->connection->local_ip) ||
           ap_matches_request_vhost(r, to_pool(r->pool, host), r->server->port);
}

} // namespace

// httpd itself takes any list of codings that ends in chunked, and chunks of HTTP/1.0 clients, who
// do not know them (RFC 9112 6.1, 6.3).
int check_coding(request_rec* r)
{
    const char* coding = apr_table_get(r->headers_in, "Transfer-Encoding");
    if (!coding || is_http2_stream(r->connection) || !config_of(r->server)->has_routes())
        return DECLINED;
    if (r->proto_num >= HTTP_VERSION(1, 1) && iequals(view(coding), "chunked"))
        return DECLINED;
    r->connection->keepalive = AP_CONN_CLOSE;
    return HTTP_BAD_REQUEST;
}

// An ordinary target begins with a slash, and costs no more than the look at that.
std::optional<failure> check_form(request_rec* r, routed_request* route)
{
    const auto raw = view(r->unparsed_uri);
    if (!is_from_client(r) || (raw.starts_with('/') && r->method_number != M_CONNECT))
        return std::nullopt;
    const auto form = form_of(view(r->method), raw);
    const bool absolute = form.form == target_form::kind::absolute;
    if (route)
        route->authority = form.authority;
    return unfit_form(form, view(ap_http_scheme(r)), absolute && is_own_host(r, form.host));
}

hops take_hop(request_rec* r)
{
    const bool counts = r->method_number == M_TRACE || r->method_number == M_OPTIONS;
    const char* text =
        counts && is_from_client(r) ? apr_table_get(r->headers_in, "Max-Forwards") : nullptr;
    if (!text)
        return hops::left;
    const auto n = parse_content_length(view(text)); // 1*DIGIT as well
    if (!n)
        return hops::malformed;
    if (*n == 0)
        return hops::used_up;
    apr_table_setn(r->headers_in, "Max-Forwards", to_pool(r->pool, std::to_string(*n - 1)));
    return hops::left;
}

int check_message(const request_rec* r, ap_conn_keepalive_e keepalive)
{
    const bool is_http1 = !is_http2_stream(r->connection);
    if (is_http1 && r->proto_num >= HTTP_VERSION(2, 0))
        return HTTP_VERSION_NOT_SUPPORTED;
    // Content-Length beside Transfer-Encoding: httpd has dropped the one and marked the connection
    // (ap_read_request); which of the two the client meant is a guess (RFC 9112 6.1).
    if (is_http1 && !r->main && !r->prev && keepalive == AP_CONN_CLOSE &&
        apr_table_get(r->headers_in, "Transfer-Encoding"))
        return HTTP_BAD_REQUEST;
    // A line without a version is rather the rest of something else than HTTP/0.9. httpd says the
    // same of each subrequest, which has no head of its own.
    if (r->assbackwards && !r->main)
        return HTTP_BAD_REQUEST;
    const auto limit = body_limit(r);
    const auto length = parse_content_length(view(apr_table_get(r->headers_in, "Content-Length")));
    if (limit > 0 && length && *length > static_cast<std::uint64_t>(limit))
        return HTTP_REQUEST_ENTITY_TOO_LARGE;
    return OK;
}

// httpd's default of 1 GiB is for what it holds itself, and proxied requests are exempt from it; a
// limit that somebody has set is meant for them too.
apr_off_t body_limit(const request_rec* r)
{
    const auto* core =
        static_cast<const core_dir_config*>(ap_get_core_module_config(r->per_dir_config));
    return std::max<apr_off_t>(core->limit_req_body, 0); // -1: not set
}

} // namespace v6front
