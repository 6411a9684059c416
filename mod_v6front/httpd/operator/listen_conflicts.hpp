// SPDX-License-Identifier: Apache-2.0
//
// Listen lines that httpd cannot open, or not together. A test of the configuration opens none, so
// that its "Syntax OK" is followed by a start that fails, when the old server has been stopped
// already.
#pragma once

#include "core/findings/finding.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

// In a test of the configuration: what a running httpd has opened needs no proof.
void find_listen_conflicts(const server_rec* main_server, findings& out);

} // namespace v6front
