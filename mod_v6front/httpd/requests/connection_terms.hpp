// SPDX-License-Identifier: Apache-2.0
//
// What a request's connection to the site is to tell of the client: V6FrontBindV4 and
// V6FrontProxyProtocol.
//
// The client is whom X-Forwarded-For names, too: the address that mod_remoteip has found, if it is
// there. Where it has connected to is an address of this server, as HAProxy and nginx say it, not
// the site's: what the site itself listens on it knows.
#pragma once

#include "core/rules/settings.hpp"
#include "net/backends/connection_identity.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

connection_terms terms_of(const request_rec* r, const exchange_rules& rules);

} // namespace v6front
