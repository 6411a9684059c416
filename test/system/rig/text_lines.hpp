// SPDX-License-Identifier: Apache-2.0
//
// A log or another file's text, line by line, without the line ends.
#pragma once

#include <sstream>
#include <string>
#include <vector>

namespace v6front
{

inline std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

} // namespace v6front
