// SPDX-License-Identifier: Apache-2.0
//
// The setters of V6FrontCookieDomain and V6FrontCookiePath, in the order of words that
// ProxyPassReverseCookieDomain and -Path have.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// Throw setting_error.
void set_cookie_domain(cmd_parms*, void* dir, const char* internal, const char* external);
void set_cookie_path(cmd_parms*, void* dir, const char* internal, const char* external);

} // namespace v6front
