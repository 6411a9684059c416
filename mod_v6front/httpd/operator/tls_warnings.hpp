// SPDX-License-Identifier: Apache-2.0
//
// What of V6FrontTLS makes a site less safe than it looks, or will fail soon: said at every start.
#pragma once

#include "core/findings/finding.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

void find_unsafe_tls(const server_rec* main_server, findings& out);

} // namespace v6front
