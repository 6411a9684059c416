// SPDX-License-Identifier: Apache-2.0
//
// The setter of V6FrontAccept: whether engines accept client connections themselves.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// Throws setting_error. For the whole server.
void set_accept(cmd_parms* cmd, void*, const char* value);

} // namespace v6front
