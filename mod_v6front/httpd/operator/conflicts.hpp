// SPDX-License-Identifier: Apache-2.0
//
// Directives of other modules that take a rule's requests, or whose requests a rule takes: each is
// a line in the log, at the start and in a test of the configuration. Both orders are httpd's own:
// mod_proxy's translate_name runs beside ours, mod_alias's after it.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

void warn_of_conflicts(server_rec* main_server);

} // namespace v6front
