// SPDX-License-Identifier: Apache-2.0
//
// The addresses of a <VirtualHost>, as httpd compares them.
#pragma once

#include "net/names/own_listeners.hpp"
#include "httpd/base/apache.hpp"

#include <optional>
#include <string>

namespace v6front
{

// Nothing where that cannot be told.
std::optional<asio::ip::address> ip_of(const server_addr_rec& a);

// "*", 0.0.0.0 and [::] are the same to httpd (vhost.c, ap_fini_vhost_config).
bool is_any(const server_addr_rec& a);

// Whether it has all addresses of the other.
bool has_place_of(const server_rec* s, const server_rec* other);

// As in <VirtualHost>: "[2001:db8::1]", and with the port ":80", or ":*" for any.
std::string address_text(const server_addr_rec& a);
std::string host_text(const server_addr_rec& a);

} // namespace v6front
