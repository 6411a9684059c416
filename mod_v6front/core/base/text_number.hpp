// SPDX-License-Identifier: Apache-2.0
//
// A number for a text, for tables that have no room for texts. The same in all processes.
#pragma once

#include "mixed.hpp"

#include <cstdint>
#include <string_view>

namespace v6front
{

// Never 0. Two texts of one server have the same with a probability that nobody will live to see.
constexpr std::uint64_t text_number(std::string_view text) noexcept
{
    std::uint64_t n = text.size();
    for (const char c : text)
        n = mixed(n ^ static_cast<unsigned char>(c));
    return n == 0 ? 1 : n;
}

} // namespace v6front
