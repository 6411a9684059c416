// SPDX-License-Identifier: Apache-2.0
//
// Rules and virtual hosts that no request will ever reach, as far as the configuration shows
// (core/findings/rule_mistakes).
#pragma once

#include "core/findings/rule_mistakes.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

// The rules of all servers, for as long as the configuration stands.
std::vector<server_rules> rules_of_servers(const server_rec* main_server);

void find_unreachable(const server_rec* main_server, std::span<const server_rules> servers,
                      findings& out);

} // namespace v6front
