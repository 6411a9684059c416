// SPDX-License-Identifier: Apache-2.0
//
// The connection filters of an adopted connection, between httpd's own. Installed when the engine
// has taken the connection over; their context is the adopted_connection.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

class adopted_connection;

// Registers them with httpd, in register_hooks.
void register_filters();

// Installs them on the connection, and gives the head filter.
ap_filter_t* install_filters(conn_rec* c, adopted_connection* owner);

// Whether a filter of another module, such as TLS, is between httpd and the socket that may make
// something else of what has arrived.
bool bytes_are_changed(const conn_rec* c);

// What was set aside for the client goes to the socket, as far as that takes it.
void push_output(conn_rec* c);

} // namespace v6front
