// SPDX-License-Identifier: Apache-2.0
//
// Settings that are written twice in one place, with different values: the second replaces the
// first, which an operator who has written both cannot have meant. What is refused at once, such as
// a path or a key that is given twice, is not asked for here.
#pragma once

#include "finding.hpp"

#include <span>
#include <string>
#include <vector>

namespace v6front
{

// A directive as it is written.
struct written_setting {
    const void* server;
    const void* section; // nullptr: none within that server
    std::string name;
    std::vector<std::string> words;
    std::string place;
    // Outside of all virtual hosts a later file may well change what an earlier one has set.
    bool of_main = false;
};

void find_repeated(std::span<const written_setting> all, findings& out);

} // namespace v6front
