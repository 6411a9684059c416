// SPDX-License-Identifier: Apache-2.0
//
// The addresses of this machine, asked of its kernel, for what is said of a configuration.
#pragma once

#include "net/loop/asio.hpp"

#include <string>
#include <vector>

namespace v6front
{

// Those of IPv6 that the world can reach and that stay: none that is temporary (RFC 8981),
// deprecated, or not yet known to be unique (RFC 4862). Empty where the kernel is not Linux's.
std::vector<asio::ip::address_v6> own_ipv6_addresses();

// One of these, for advice with a Listen that can be copied; the one of examples, 2001:db8::1,
// where there is none.
std::string own_ipv6_address();

// Whether a socket may have that address: beside those of the interfaces there are local routes and
// ip_nonlocal_bind. Also where that cannot be told.
bool may_be_bound(const asio::ip::address& a);

} // namespace v6front
