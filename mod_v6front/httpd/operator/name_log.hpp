// SPDX-License-Identifier: Apache-2.0
//
// What the resolver has to say, in the error log. Called on its threads, for the life of a child.
// Each child looks names up by itself; what several of them find is said by the first.
#pragma once

#include "net/names/own_listeners.hpp"
#include "net/names/resolver.hpp"
#include "net/shared/said_table.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

// Also warns of a name that leads to one of this server's own listeners, and notes the first that
// leads to a local site (access_by_address).
report_function log_of_names(const server_rec* main_server, const own_listeners& listeners,
                             said_table& said);

} // namespace v6front
