// SPDX-License-Identifier: Apache-2.0
//
// Rules and virtual hosts that no request will ever reach, as far as the configuration shows: each
// is a line in the log, at the start and in a test of the configuration.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

void warn_of_the_unreachable(server_rec* main_server);

} // namespace v6front
