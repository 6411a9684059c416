// SPDX-License-Identifier: Apache-2.0
//
// Sites for v6frontctl doctor, in a private network: this machine is 192.0.2.1 and 2001:db8::1, one
// httpd has a virtual host for each site, and one backend serves them as its script of that name
// says.
#pragma once

#include "certificates.hpp"
#include "named_site.hpp"
#include "private_network.hpp"
#include "scripted_names.hpp"
#include "v6frontctl.hpp"

#include <optional>
#include <string>
#include <vector>

namespace v6front
{

struct doctor_site {
    std::string name;
    // Here and in `says`: @site@ is the backend's URL. @port@, @tls@, @second@ and @anywhere@ are
    // the front's ports, and @four@ one that it has on IPv4 alone. @backend@, @named@, @wants@ and
    // @closes@ are those of sites, and at @nobody@ nobody listens. @ca@ is the file of the test's
    // CA.
    std::string directives;
    std::string at = "*:@port@";
    name_entry entry{.a = {"192.0.2.1"}, .aaaa = {"2001:db8::1"}};
    bool exists = true;
    certificate_wish tls{.names = {}}; // with names: another virtual host, at @tls@
    std::vector<std::string> says{};
    std::vector<std::string> says_not{};
    int status = 0;
};

class doctor_sites
{
public:
    doctor_sites(const private_network& network, const std::vector<doctor_site>& rows);

    std::string filled(std::string text) const;
    command_result examine(const std::string& name, std::vector<std::string> arguments = {}) const;
    httpd_server& front() { return *front_; }

private:
    httpd_options options_for(const std::vector<doctor_site>& rows);
    std::string answer(const received_request& r);

    std::uint16_t port_ = free_port(), tls_ = free_port(), second_ = free_port(),
                  nobody_ = free_port(), anywhere_ = free_port(), four_ = free_port();
    unsigned answers_ = 0, flaps_ = 0; // these three are of the backend's thread
    std::string via_ = "1.1 other";
    scripted_names names_;
    certificate_authority ca_;
    std::optional<scripted_backend> backend_;
    std::optional<named_site> named_;
    std::optional<scripted_backend> wants_, closes_; // a PROXY header; nothing
    std::optional<httpd_server> front_;
};

// Runs the program once for each site, and looks for what it should say.
void expect_findings(const std::vector<doctor_site>& rows);

} // namespace v6front
