// SPDX-License-Identifier: Apache-2.0
//
// Ports for servers that bind later than they are named: an httpd, or a site that is not up. Tests
// run beside each other, and all of them bind and connect without naming a port; so these are not
// among those that the kernel gives away, and each process of tests has a range of them to itself.
#pragma once

#include <cstdint>

namespace v6front
{

// Free on [::1] and over IPv4 right now, and nobody else's while this process lives.
std::uint16_t free_port();

} // namespace v6front
