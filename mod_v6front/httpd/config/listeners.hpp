// SPDX-License-Identifier: Apache-2.0
//
// Where this server listens, asked of httpd: from the configuration alone, so that a test of it
// knows as much as a child does.
#pragma once

#include "net/names/own_listeners.hpp"
#include "httpd/base/apache.hpp"

#include <functional>

namespace v6front
{

// The addresses that would lead a backend's connection back to this server.
own_listeners find_own_listeners();

// Each Listen that names an address.
void for_each_listener(
    const std::function<void(const asio::ip::address&, std::uint16_t port)>& each);

} // namespace v6front
