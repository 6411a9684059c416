// SPDX-License-Identifier: Apache-2.0
//
// Directives of other modules that a rule hides, and rules that another rule or a Redirect hides
// (core/findings/hidden_rules).
#pragma once

#include "core/findings/finding.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

void find_hidden(const server_rec* main_server, findings& out);

} // namespace v6front
