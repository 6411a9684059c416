// SPDX-License-Identifier: Apache-2.0
//
// What depends on how old the running httpd is.
#pragma once

#include <array>
#include <string>

namespace v6front
{

using httpd_version = std::array<int, 3>; // 2.4.58 is {2, 4, 58}

// Before this one mod_http2 gave what a client had sent only to readers that block (h2_mplx.c), and
// a thread that waits for the rest of an upload would go round in a circle.
inline constexpr httpd_version first_for_http2{2, 4, 58};

constexpr bool is_fit_for_http2(const httpd_version& running) noexcept
{
    return running >= first_for_http2;
}

inline std::string text_of(const httpd_version& version)
{
    return std::to_string(version[0]) + "." + std::to_string(version[1]) + "." +
           std::to_string(version[2]);
}

} // namespace v6front
