// SPDX-License-Identifier: Apache-2.0
//
// A number for each name of the configuration, under which every engine keeps what it knows of the
// name: a request finds that by number, and nobody compares text on its way.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace v6front
{

struct numbered_name {
    std::string text;
    std::size_t number = 0;
};

// Gives the numbers, from 0, the same name always the same. While the configuration is settled:
// numbers of two such objects do not belong in one process.
class name_numbers
{
public:
    numbered_name operator()(std::string_view name)
    {
        const auto at = numbers_.emplace(name, numbers_.size()).first;
        return {at->first, at->second};
    }

private:
    std::map<std::string, std::size_t, std::less<>> numbers_;
};

} // namespace v6front
