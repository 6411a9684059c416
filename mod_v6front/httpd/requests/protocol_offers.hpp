// SPDX-License-Identifier: Apache-2.0
//
// Upgrade to another protocol of this server itself ("Protocols h2c http/1.1"), on an adopted
// connection: a session of mod_http2 wants the MPM, and a session of whatever kind would run inside
// the engine. httpd's core offers such a protocol in its first response, and switches when it is
// asked to (core_upgrade_handler); what cannot be done here is neither offered nor heard.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// Before core's own hook, on whatever thread: a client's wish that cannot be granted is dropped.
void drop_impossible_upgrades(request_rec* r);
// Behind it: so is an offer.
void withdraw_impossible_offers(request_rec* r);

} // namespace v6front
