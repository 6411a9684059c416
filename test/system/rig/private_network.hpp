// SPDX-License-Identifier: Apache-2.0
//
// A network of the test's own: loopback and nothing else, with its own resolv.conf and hosts file,
// in namespaces of the kernel. Servers, clients and processes that are made while one stands are
// inside, and have to be gone before it is. Needs root.
#pragma once

#include "process.hpp"

#include <string>

namespace v6front
{

class private_network
{
public:
    // False where the kernel does not let us; then says so in a line that scripts/test counts.
    static bool possible(const std::string& test);

    private_network();
    ~private_network();
    private_network(const private_network&) = delete;
    private_network& operator=(const private_network&) = delete;

    // Beside loopback's own. Both at once: with IPv4 alone the C library takes no IPv6 literal.
    void add_addresses(const std::string& ipv4, const std::string& ipv6) const;

private:
    scratch_folder files_;
    std::string folder_; // to come back to: entering a namespace changes it
    int network_ = -1;   // the machine's own
    int mounts_ = -1;
};

} // namespace v6front
