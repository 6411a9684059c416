// SPDX-License-Identifier: Apache-2.0
//
// Setters of the directives about what a request says of its client: V6FrontTrust and
// V6FrontAddHeaders. For the table in directives.cpp, which guards them.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// Each of its words is an address or a prefix; several lines add up.
void set_trust(cmd_parms* cmd, void*, const char* prefix);
// On, Off or names, as words or divided by commas. Several relative lines add up, as of Options.
void set_added_headers(cmd_parms* cmd, void* dir, int argc, char* const argv[]);

} // namespace v6front
