// SPDX-License-Identifier: Apache-2.0
//
// What of V6FrontTLS makes a site less safe than it looks, or will fail soon: said at every start.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

void warn_of_tls(server_rec* main_server);

} // namespace v6front
