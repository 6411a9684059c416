// SPDX-License-Identifier: Apache-2.0
//
// Directives of ours that are valid and do nothing, or something else than was meant: each is a
// line in the log, at the start and in a test of the configuration.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

void warn_of_no_effect(server_rec* main_server);

} // namespace v6front
