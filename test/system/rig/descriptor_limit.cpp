// SPDX-License-Identifier: Apache-2.0
#include "descriptor_limit.hpp"

#include "catch.hpp"
#include "process.hpp"

#include <unistd.h>

namespace v6front
{

void limit_descriptors(pid_t process, unsigned most)
{
    std::vector<std::string> command{"prlimit", "--pid", std::to_string(process),
                                     "--nofile=" + std::to_string(most) + ":"};
    if (getuid() == 0) { // only somebody of its own user may say so
        command.insert(command.begin(),
                       {"setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups"});
    }
    const auto result = run_command(command);
    INFO(result.output);
    REQUIRE(result.code == 0);
}

} // namespace v6front
