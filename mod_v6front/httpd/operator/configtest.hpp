// SPDX-License-Identifier: Apache-2.0
//
// What the configuration promises and cannot keep. Told when it is tested (apachectl configtest),
// and at the start as far as that needs no waiting. Refused is only what can never work.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// In check_config, whenever a configuration has been read. Logs and returns an error for a backend
// that can only be this server itself; in a test of the configuration also warns of all the rest,
// names that are looked up for this included, within a few seconds.
int check_configuration(server_rec* main_server);

} // namespace v6front
