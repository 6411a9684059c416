// SPDX-License-Identifier: Apache-2.0
//
// Keys of mod_proxy's ProxyPass that an operator writes by habit in V6FrontPass.
#pragma once

#include <string>
#include <string_view>

namespace v6front
{

// What is written here in its place, as a sentence, or why nothing is; empty if ProxyPass has no
// such key either.
std::string instead_of_proxy_pass_key(std::string_view key);

} // namespace v6front
