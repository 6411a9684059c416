// SPDX-License-Identifier: Apache-2.0
//
// Mistakes that only the text of the configuration shows: a setting that a later line replaces
// (core/findings/repeated_setting), a virtual host for https without TLS.
#pragma once

#include "core/findings/finding.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

void find_written_mistakes(const server_rec* main_server, findings& out);

} // namespace v6front
