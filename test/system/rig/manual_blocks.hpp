// SPDX-License-Identifier: Apache-2.0
//
// The code blocks of the manual and of README.md, for tests that load and run them.
#pragma once

#include <string>
#include <vector>

namespace v6front
{

struct code_block {
    std::string place;    // "file:line"
    std::string language; // of "```apache server" the first word; empty where none is said
    std::string name{};   // the rest
    std::string text{};
};

std::vector<std::string> manual_pages();

// In their order; text that is indented, and not within a list, is a block without a language.
std::vector<code_block> blocks_of(const std::string& page);
std::vector<code_block> blocks_in(const std::string& language); // of all pages

} // namespace v6front
