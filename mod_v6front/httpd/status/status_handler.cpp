// SPDX-License-Identifier: Apache-2.0

#include "status_handler.hpp"

#include "core/status/status_forms.hpp"
#include "gathered_status.hpp"

namespace v6front
{

int show_status(request_rec* r)
{
    if (view(r->handler) != "v6front-status")
        return DECLINED;
    r->allowed |= AP_METHOD_BIT << M_GET;
    if (r->method_number != M_GET)
        return HTTP_METHOD_NOT_ALLOWED;
    const auto* shared = services::current();
    if (!shared)
        return HTTP_SERVICE_UNAVAILABLE;
    const auto form = form_of(view(r->args));
    ap_set_content_type(r, to_pool(r->pool, content_type(form)));
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
    apr_table_setn(r->headers_out, "Content-Security-Policy",
                   "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    if (r->header_only)
        return OK;
    const auto text = in_form(form, gather_status(ap_server_conf, *shared));
    ap_rwrite(text.data(), static_cast<int>(text.size()), r);
    return OK;
}

} // namespace v6front
