// SPDX-License-Identifier: Apache-2.0

#include "accept_directive.hpp"

#include "config.hpp"
#include "directive_place.hpp"

namespace v6front
{

void set_accept(cmd_parms* cmd, void*, const char* value)
{
    check_is_global(cmd);
    config_of(cmd->server)->accept = parse_on_off({}, value);
}

} // namespace v6front
