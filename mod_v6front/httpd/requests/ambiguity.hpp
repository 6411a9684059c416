// SPDX-License-Identifier: Apache-2.0
//
// Requests whose end is not certain, refused before anything else is asked about them. What httpd
// answers by itself (404, 403) never comes to the handler, and it would then read what it takes
// for the next request; a proxy before this server may see that one elsewhere.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// In a virtual host with routes: DECLINED, or the status that refuses it and ends the connection.
int refuse_ambiguous(request_rec* r);

} // namespace v6front
