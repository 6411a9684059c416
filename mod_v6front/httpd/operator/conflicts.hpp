// SPDX-License-Identifier: Apache-2.0
//
// Directives of other modules that take a rule's requests (core/findings/other_rules).
#pragma once

#include "core/findings/finding.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

void find_conflicts(const server_rec* main_server, findings& out);

} // namespace v6front
