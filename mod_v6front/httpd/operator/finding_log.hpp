// SPDX-License-Identifier: Apache-2.0
//
// The one place that says in the error log what a look at the configuration has found.
#pragma once

#include "core/findings/finding.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

void log_findings(const findings& all, const server_rec* main_server);

} // namespace v6front
