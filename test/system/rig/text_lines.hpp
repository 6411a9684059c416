// SPDX-License-Identifier: Apache-2.0
//
// A log or another file's text: line by line, without the line ends; how often a word is in it;
// with another word instead.
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

inline std::string replaced(std::string text, const std::string& what, const std::string& by)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
    return text;
}

} // namespace v6front
