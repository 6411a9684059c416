// SPDX-License-Identifier: Apache-2.0

#include "address_log.hpp"

#include "httpd/base/apache.hpp"
#include "httpd/base/log.hpp"

#include <sstream>

namespace v6front
{

namespace
{

void log_out(const address_change& c, const char* where, double seconds)
{
    const std::string why(c.why);
    if (c.by_check)
        ap_log_error(
            APLOG_MARK, APLOG_WARNING, 0, ap_server_conf,
            V6LOGNO(0112) "%s is out of use: its health check has failed for %.1f s: %s. Check "
                          "this backend; while another address works, requests go there",
            where, seconds, why.c_str());
    else
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, ap_server_conf,
                     V6LOGNO(0110) "%s is out of use: it has failed for %.1f s: %s. Check this "
                                   "backend; while another address works, requests go there",
                     where, seconds, why.c_str());
}

void log_back(const address_change& c, const char* where, double seconds)
{
    if (c.by_check)
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf,
                     V6LOGNO(0113) "%s is back in use: its health check passes again, after %.1f s",
                     where, seconds);
    else
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf,
                     V6LOGNO(0111) "%s is back in use: it works again, after %.1f s", where,
                     seconds);
}

} // namespace

void log_change(const address_change& change)
{
    std::ostringstream where;
    where << "backend " << change.backend << ": " << change.address;
    const auto seconds = std::chrono::duration<double>(change.since).count();
    if (change.now == address_change::verdict::out)
        log_out(change, where.str().c_str(), seconds);
    else
        log_back(change, where.str().c_str(), seconds);
}

} // namespace v6front
