// SPDX-License-Identifier: Apache-2.0

#include "cookie_directives.hpp"

#include "config.hpp"

namespace v6front
{

void set_cookie_domain(cmd_parms*, void* dir, const char* internal, const char* external)
{
    add_cookie_domain(static_cast<location_config*>(dir)->cookies, view(internal), view(external));
}

void set_cookie_path(cmd_parms*, void* dir, const char* internal, const char* external)
{
    add_cookie_path(static_cast<location_config*>(dir)->cookies, view(internal), view(external));
}

} // namespace v6front
