// SPDX-License-Identifier: Apache-2.0
//
// A log or another file's text: line by line, without the line ends, and how often a word is in it.
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

inline std::size_t count(const std::string& text, const std::string& word)
{
    std::size_t n = 0;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1))
        ++n;
    return n;
}

} // namespace v6front
