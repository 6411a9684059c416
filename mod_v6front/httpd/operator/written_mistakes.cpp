// SPDX-License-Identifier: Apache-2.0

#include "written_mistakes.hpp"

#include "core/findings/repeated_setting.hpp"
#include "httpd/config/backends.hpp"
#include "httpd/config/config_tree.hpp"

#include <algorithm>
#include <set>

namespace v6front
{

namespace
{

void find_repeated_settings(const server_rec* main_server, findings& out)
{
    std::vector<written_setting> all;
    for_each_directive(main_server, [&](const written_directive& d) {
        if (d.name.size() > 7 && iequals(view(d.name.c_str()).substr(0, 7), "V6Front"))
            all.push_back({d.server, d.section, d.name, d.words, d.place,
                           d.server == main_server && !d.section});
    });
    find_repeated(all, out);
}

// mod_ssl's, and those of other modules that speak TLS. With a certificate, port 443 has TLS also
// without SSLEngine (ssl_engine_init.c, ssl_init_Module).
bool is_about_tls(std::string_view name)
{
    constexpr std::string_view names[] = {"SSLEngine", "SSLCertificateFile", "GnuTLSEnable",
                                          "TLSEngine"};
    return std::any_of(std::begin(names), std::end(names),
                       [name](std::string_view each) { return iequals(each, name); });
}

// "Listen 443 http" says that it is meant.
bool is_https_port(apr_port_t port)
{
    for (const auto* l = ap_listeners; l; l = l->next)
        if (l->bind_addr && l->bind_addr->port == port)
            return port == 443 && (!l->protocol || iequals(l->protocol, "https"));
    return false;
}

void find_missing_tls(const server_rec* main_server, findings& out)
{
    std::set<const server_rec*> with_tls;
    for_each_directive(main_server, [&with_tls](const written_directive& d) {
        if (is_about_tls(d.name))
            with_tls.insert(d.server);
    });
    if (with_tls.contains(main_server))
        return;
    for (const auto* s = main_server->next; s; s = s->next) {
        if (!config_of(s)->has_routes() || with_tls.contains(s))
            continue;
        for (const auto* a = s->addrs; a; a = a->next)
            if (is_https_port(a->host_port)) {
                out.push_back({"V6F0249", place_of(s),
                               "the virtual host at " + place_of(s) +
                                   " is on port 443 without TLS, so browsers cannot open it. Add "
                                   "\"SSLEngine On\" and \"SSLCertificateFile\""});
                break;
            }
    }
}

} // namespace

void find_written_mistakes(const server_rec* main_server, findings& out)
{
    find_repeated_settings(main_server, out);
    find_missing_tls(main_server, out);
}

} // namespace v6front
