// SPDX-License-Identifier: Apache-2.0
//
// Where a line of a test's httpd.conf is, for messages that name it; and which of its lines a
// message names.
#pragma once

#include "httpd_config.hpp"
#include "process.hpp"

#include <algorithm>
#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

namespace v6front
{

// The number of the line in which a file has that text, beginning with 1.
inline std::size_t line_with(const std::string& text, const std::string& what)
{
    const auto at = text.find(what);
    if (at == text.npos)
        throw std::runtime_error("no line has " + what);
    return static_cast<std::size_t>(
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1);
}

// The text that configtest() reads; its lines have the same numbers in each folder.
inline std::string config_as_tested(const httpd_options& options)
{
    const scratch_folder folder;
    return config_text(options, httpd_places(folder.path()), 8080);
}

inline std::vector<std::size_t> lines_named(const std::string& message)
{
    static const std::regex place("httpd\\.conf:([0-9]+)");
    std::vector<std::size_t> lines;
    for (std::sregex_iterator i(message.begin(), message.end(), place), end; i != end; ++i)
        lines.push_back(std::stoul((*i)[1]));
    return lines;
}

} // namespace v6front
