// SPDX-License-Identifier: Apache-2.0

#include "redirect_log.hpp"

#include "core/message/fields.hpp"
#include "core/rules/redirect_loop.hpp"
#include "httpd/base/log.hpp"
#include "httpd/process/services.hpp"

namespace v6front
{

namespace
{

bool leads_back(const request_rec* r, int status)
{
    const char* location = is_redirect(status) && r->method_number == M_GET
                               ? apr_table_get(r->headers_out, "Location")
                               : nullptr;
    return location &&
           is_same_url(view(location), view(ap_http_scheme(r)),
                       view(apr_table_get(r->headers_in, "Host")), view(r->unparsed_uri));
}

} // namespace

void watch_redirects(const request_rec* r, const routed_request& decision, int status)
{
    if (!decision.rule->redirects->note(leads_back(r, status)) ||
        !services::says_first("circle", decision.rule->place))
        return;
    const bool tls = iequals(view(ap_http_scheme(r)), "https");
    ap_log_rerror(
        APLOG_MARK, APLOG_WARNING, 0, r,
        V6LOGNO(
            0116) "backend %s redirects every request to its own URL, %s, so browsers give up: %s",
        decision.backend->authority.c_str(), apr_table_get(r->headers_out, "Location"),
        tls ? "it does not know that its clients use TLS. Make it trust \"X-Forwarded-Proto: "
              "https\", which it gets; in Apache, for PHP: \"SetEnvIf X-Forwarded-Proto https "
              "HTTPS=on\", for mod_rewrite: \"RewriteCond %{HTTP:X-Forwarded-Proto} !=https\""
            : "it may expect its own name in Host. Try \"V6FrontPreserveHost Off\"");
}

} // namespace v6front
