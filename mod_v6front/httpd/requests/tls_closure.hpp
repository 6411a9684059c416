// SPDX-License-Identifier: Apache-2.0
//
// The end of our direction of a TLS connection while the other stays open (RFC 8446 6.1). mod_ssl's
// output filter has no such thing: its close_notify frees the connection's TLS with it. What it
// does offer other modules is the SSL object, before the handshake, and that is kept with the
// connection.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// Registers for mod_ssl's hook, in register_hooks. Where mod_ssl is not loaded, nobody calls it.
void register_tls_closure();

// Sends close_notify through the connection's output filters. False if that cannot be done: no TLS,
// TLS by another module than mod_ssl, or one that is part of the httpd binary.
bool send_close_notify(conn_rec* c);

} // namespace v6front
