// SPDX-License-Identifier: Apache-2.0
//
// The number under which all processes count what happens with a site.
#pragma once

#include <cstdint>

namespace v6front
{

using site_number = std::uint16_t;
inline constexpr site_number no_site = 0xffff; // it is not counted

} // namespace v6front
