// SPDX-License-Identifier: Apache-2.0

#include "cookie_directives.hpp"

#include "config.hpp"
#include "directive_place.hpp"

namespace v6front
{

void set_cookie_domain(cmd_parms* cmd, void* dir, const char* internal, const char* external)
{
    add_cookie_domain(static_cast<location_config*>(dir)->cookies, view(internal), view(external),
                      place_of(cmd));
}

void set_cookie_path(cmd_parms* cmd, void* dir, const char* internal, const char* external)
{
    add_cookie_path(static_cast<location_config*>(dir)->cookies, view(internal), view(external),
                    place_of(cmd));
}

} // namespace v6front
