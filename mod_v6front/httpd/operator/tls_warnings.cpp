// SPDX-License-Identifier: Apache-2.0

#include "tls_warnings.hpp"

#include "net/tls/loaded_openssl.hpp"
#include "httpd/config/backends.hpp"
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

void find_unsafe(const configured_tls& t, findings& out)
{
    const auto& rule = t.settings->rule();
    const auto of = "V6FrontTLS " + t.name + (t.name.empty() ? "" : " ") + "(" + t.place + "): ";
    if (!rule.verify)
        out.push_back({"V6F0241", t.place,
                       of +
                           "verify=off: anybody between this server and the site can read and "
                           "change everything. Use ca= with the site's CA or its own certificate"});
    if (rule.takes_old_protocols())
        out.push_back({"V6F0242", t.place,
                       of + "protocol=" + std::string(to_string(rule.least)) +
                           ": TLS before 1.2, weak keys and weak ciphers are accepted. Update the "
                           "site, then remove it"});
    if (rule.legacy)
        out.push_back({"V6F0243", t.place,
                       of + "legacy=on: sites without secure renegotiation (RFC 5746) are "
                            "accepted. Update the site, then remove it"});
    if (may_be_read_by_all(rule.key))
        out.push_back({"V6F0244", t.place,
                       of + "every user of this machine can read the private key in " + rule.key +
                           ": chmod 600"});
    if (const auto expired = t.settings->own_expired(); !expired.empty())
        out.push_back({"V6F0245", t.place,
                       of + "the client certificate in " + rule.cert + " expired on " + expired +
                           ": renew it"});
}

void find_other_openssls(findings& out)
{
    for (const auto& other : other_openssls())
        out.push_back({"V6F0170",
                       {},
                       "this process has two OpenSSLs: mod_v6front uses " + own_openssl() + ", " +
                           (other.user.empty() ? "and there is also " + other.file
                                               : "but " + other.user + " uses " + other.file) +
                           ". Build both modules with the same OpenSSL"});
}

} // namespace

void find_unsafe_tls(const server_rec* main_server, findings& out)
{
    for (const auto& t : tls_rules_in(main_server->process->pconf))
        find_unsafe(t, out);
    bool any = false, said = false;
    for_each_backend(main_server, [&](const configured_backend& b) {
        any = any || b.backend.tls;
        const auto places =
            b.backend.tls && !said ? b.backend.tls->settings().missing_cas() : std::string();
        if (places.empty())
            return;
        said = true; // they are the same for all
        out.push_back({"V6F0171", b.place,
                       b.rule + " (" + b.place +
                           "): the site's certificate cannot be verified, because this system has "
                           "no CAs in " +
                           places +
                           ". Install them (Debian: ca-certificates), or write V6FrontTLS ca= "
                           "with the site's CA"});
    });
    if (any)
        find_other_openssls(out);
}

} // namespace v6front
