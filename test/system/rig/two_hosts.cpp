// SPDX-License-Identifier: Apache-2.0
#include "two_hosts.hpp"

namespace v6front
{

std::ostream& operator<<(std::ostream& out, const server_way& w)
{
    return out << w.name;
}

const std::vector<server_way>& server_ways()
{
    static const std::vector<server_way> ways{{"adopted"},
                                              {"adopted, TLS", true},
                                              {"without the module", false, false},
                                              {"without the module, TLS", true, false}};
    return ways;
}

httpd_options two_hosts(const server_way& w, const std::string& site_url, const std::string& other)
{
    httpd_options options;
    options.tls = w.tls;
    options.with_module = w.with_module;
    options.port = free_port();
    options.site = w.with_module ? "V6FrontPass / " + site_url + "\n" : "";
    const std::string tls = w.tls ? "SSLEngine On\nSSLCertificateFile " +
                                        test_certificate().certificate +
                                        "\nSSLCertificateKeyFile " + test_certificate().key + "\n"
                                  : "";
    options.site += "</VirtualHost>\n<VirtualHost *:" + std::to_string(options.port) +
                    ">\nServerName other.test\n" + tls + other;
    return options;
}

} // namespace v6front
