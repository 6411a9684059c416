// SPDX-License-Identifier: Apache-2.0

#include "proxy_header_log.hpp"

#include "httpd/base/log.hpp"
#include "httpd/process/services.hpp"
#include "net/backends/backend.hpp"

namespace v6front
{

namespace
{

bool gets_header(const backend& site) noexcept
{
    return site.check_terms.own_name != proxy_protocol::off;
}

} // namespace

bool may_be_puzzled(reason why, const backend& site) noexcept
{
    return gets_header(site) && (why == reason::no_response || why == reason::send_failed ||
                                 why == reason::bad_response);
}

void watch_proxy_header(const request_rec* r, const routed_request& decision, int status)
{
    if (!gets_header(*decision.backend) || !decision.rule->refusals->note(status == 400) ||
        !services::says_first("PROXY", decision.rule->place))
        return;
    ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                  V6LOGNO(0154) "backend %s answers every request with 400, and gets a PROXY "
                                "header before it: its port may not expect one. Let it expect it "
                                "(nginx: \"listen ... proxy_protocol\"; Apache: "
                                "\"RemoteIPProxyProtocol On\"), or write "
                                "\"V6FrontProxyProtocol off\"",
                  decision.backend->authority.c_str());
}

} // namespace v6front
