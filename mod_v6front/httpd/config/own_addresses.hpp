// SPDX-License-Identifier: Apache-2.0
//
// The addresses of this machine, asked of its kernel, for what is said of a configuration.
#pragma once

#include "net/loop/asio.hpp"

#include <string>
#include <vector>

namespace v6front
{

// Those of IPv6 at which other machines may come in. Empty where the kernel is not Linux's.
std::vector<asio::ip::address_v6> own_ipv6_addresses();

// One of these for advice that can be copied, which the world can reach and which stays: rather one
// that was configured than one of the network's (RFC 4862), and none that is temporary (RFC 8981)
// or deprecated. The one of examples, 2001:db8::1, where there is none.
std::string own_ipv6_address();

// Whether a socket may have that address: beside those of the interfaces there are local routes and
// ip_nonlocal_bind. Also where that cannot be told.
bool may_be_bound(const asio::ip::address& a);

} // namespace v6front
