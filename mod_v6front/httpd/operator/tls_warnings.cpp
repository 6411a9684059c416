// SPDX-License-Identifier: Apache-2.0

#include "tls_warnings.hpp"

#include "httpd/base/log.hpp"
#include "httpd/config/tls_rules.hpp"

#include <sys/stat.h>

namespace v6front
{

namespace
{

bool may_be_read_by_all(const std::string& file)
{
    struct stat found {
    };
    return !file.empty() && ::stat(file.c_str(), &found) == 0 && (found.st_mode & S_IROTH) != 0;
}

void warn(server_rec* main_server, const configured_tls& t)
{
    const auto& rule = t.settings->rule();
    const auto of = "V6FrontTLS " + t.name + (t.name.empty() ? "" : " ") + "(" + t.place + ")";
    if (!rule.verify)
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                     V6LOGNO(0241) "%s: verify=off: anybody between this server and the site can "
                                   "read and change everything. Use ca= with the site's CA or its "
                                   "own certificate",
                     of.c_str());
    if (rule.takes_old_protocols())
        ap_log_error(
            APLOG_MARK, APLOG_WARNING, 0, main_server,
            V6LOGNO(0242) "%s: protocol=%s: TLS before 1.2, weak keys and weak ciphers are "
                          "accepted. Update the site, then remove it",
            of.c_str(), std::string(to_string(rule.least)).c_str());
    if (rule.legacy)
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                     V6LOGNO(0243) "%s: legacy=on: sites without secure renegotiation (RFC 5746) "
                                   "are accepted. Update the site, then remove it",
                     of.c_str());
    if (may_be_read_by_all(rule.key))
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                     V6LOGNO(0244) "%s: every user of this machine can read the private key in "
                                   "%s: chmod 600",
                     of.c_str(), rule.key.c_str());
    if (const auto expired = t.settings->own_expired(); !expired.empty())
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                     V6LOGNO(0245) "%s: the client certificate in %s expired on %s: renew it",
                     of.c_str(), rule.cert.c_str(), expired.c_str());
}

} // namespace

void warn_of_tls(server_rec* main_server)
{
    for (const auto& t : tls_rules_in(main_server->process->pconf))
        warn(main_server, t);
}

} // namespace v6front
