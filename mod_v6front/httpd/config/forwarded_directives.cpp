// SPDX-License-Identifier: Apache-2.0

#include "forwarded_directives.hpp"

#include "config.hpp"

namespace v6front
{

void set_trust(cmd_parms* cmd, void*, const char* prefix)
{
    config_of(cmd->server)->trusted.add(parse_prefix(view(prefix)));
}

void set_added_headers(cmd_parms* cmd, void* dir, int argc, char* const argv[])
{
    std::string names;
    for (int i = 0; i < argc; ++i)
        names.append(i > 0 ? "," : "").append(argv[i]);
    set_by_directive(static_cast<location_config*>(dir)->settings, cmd->cmd->name, names);
}

} // namespace v6front
