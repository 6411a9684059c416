// SPDX-License-Identifier: Apache-2.0
//
// What scripts/join-logs says of two logs.
#pragma once

#include "process.hpp"

#include <sstream>
#include <string>
#include <vector>

namespace v6front
{

struct joined {
    int code = 0;
    std::vector<std::string> lines;
    std::string summary;
};

inline joined join(const std::vector<std::string>& arguments)
{
    std::vector<std::string> command{"scripts/join-logs"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const command_result said = run_command(command);
    joined out{said.code, {}, {}};
    std::istringstream text(said.output);
    for (std::string line; std::getline(text, line);) {
        if (line.find(" joined, ") != std::string::npos || said.code != 0)
            out.summary += line;
        else
            out.lines.push_back(line);
    }
    return out;
}

} // namespace v6front
