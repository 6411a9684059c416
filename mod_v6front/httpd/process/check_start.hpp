// SPDX-License-Identifier: Apache-2.0
//
// Starts the operator's health checks in a child process.
#pragma once

#include "net/backends/address_watch.hpp"
#include "net/names/own_listeners.hpp"
#include "net/names/resolver.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

// On the watch, for as long as that lasts; `own` are the addresses that are never asked.
void start_checks(const server_rec* main_server, address_watch& watch, resolver& names,
                  const own_listeners& listeners);

} // namespace v6front
