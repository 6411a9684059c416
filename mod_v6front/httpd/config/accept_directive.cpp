// SPDX-License-Identifier: Apache-2.0

#include "accept_directive.hpp"

#include "config.hpp"

namespace v6front
{

void set_accept(cmd_parms* cmd, void*, const char* value)
{
    if (const char* misplaced = ap_check_cmd_context(cmd, GLOBAL_ONLY))
        throw setting_error(misplaced);
    config_of(cmd->server)->accept = parse_on_off({}, value);
}

} // namespace v6front
