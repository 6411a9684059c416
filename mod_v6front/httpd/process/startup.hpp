// SPDX-License-Identifier: Apache-2.0
//
// What is settled and checked once, when httpd starts and at every restart.
#pragma once

#include "httpd/base/apache.hpp"

#include <string>

namespace v6front
{

// In post_config: makes the memory that the children share, chooses the pseudonym, learns what the
// configuration says of other modules, and warns of what will not work well. OK, or an error that
// stops the start.
int settle_server(apr_pool_t* pconf, server_rec* main_server);

// This front's name in Via (RFC 9110 7.6.3): cannot be guessed, the same for all children and for
// the life of the parent process.
const std::string& via_pseudonym();

} // namespace v6front
