// SPDX-License-Identifier: Apache-2.0
//
// Addresses beyond loopback's own, in a network of the test's own: whole networks that are this
// machine's, by local routes, as an operator may have them for V6FrontBindV4.
#pragma once

#include "private_network.hpp"

#include <stdexcept>
#include <string>

namespace v6front
{

class local_networks : public private_network
{
public:
    // 192.0.2.0/24, of which the front may take addresses; 10.0.0.0/8, the site's local network;
    // and 2001:db8::/32, where its clients are.
    local_networks()
    {
        add("-4", "192.0.2.0/24");
        add("-4", "10.0.0.0/8");
        add("-6", "2001:db8::/32");
    }

private:
    static void add(const std::string& family, const std::string& network)
    {
        const auto added =
            run_command({"ip", family, "route", "add", "local", network, "dev", "lo"});
        if (added.code != 0)
            throw std::runtime_error("a local route: " + added.output);
    }
};

} // namespace v6front
