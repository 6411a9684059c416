// SPDX-License-Identifier: Apache-2.0
//
// The connection filters of an adopted connection, between httpd's own. Installed when the engine
// has taken the connection over; their context is the adopted_connection.
#pragma once

#include "apache.hpp"

namespace v6front
{

class adopted_connection;

// Registers them with httpd, in register_hooks.
void register_filters();

struct installed_filters {
    ap_filter_t* socket;
    ap_filter_t*
        head; // nullptr unless a filter that changes bytes (TLS, say) stands between the two
};
installed_filters install_filters(conn_rec* c, adopted_connection* owner);

} // namespace v6front
