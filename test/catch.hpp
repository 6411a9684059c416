// SPDX-License-Identifier: Apache-2.0
//
// Catch2, whichever of its two generations is installed. Debian 12 has the second.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Matchers::ContainsSubstring;
#else
#include <catch2/catch.hpp>
// The name that the third generation gave it; its Contains is about ranges.
inline auto ContainsSubstring(const std::string& part)
{
    return Catch::Matchers::Contains(part);
}
#endif
