// SPDX-License-Identifier: Apache-2.0
//
// What tests of generated requests have in common.
#pragma once

#include <string>

namespace v6front
{

// A number that whoever looks for a failure may set.
unsigned from_environment(const char* name, unsigned otherwise);

// With its control characters, and its line ends, visible.
std::string printable(const std::string& bytes);

} // namespace v6front
