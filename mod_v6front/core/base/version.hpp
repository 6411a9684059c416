// SPDX-License-Identifier: Apache-2.0
//
// The version, here and nowhere else: packages take it from this line, and CHANGELOG.md begins with
// it (scripts/lint).
#pragma once

namespace v6front
{

inline constexpr const char* version = "1.0.0";

} // namespace v6front
