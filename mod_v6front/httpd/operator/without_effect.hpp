// SPDX-License-Identifier: Apache-2.0
//
// Directives of ours that are valid and do nothing, or something else than was meant
// (core/findings/rule_mistakes).
#pragma once

#include "core/findings/rule_mistakes.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

// `servers`: all of them, as unreachable.hpp makes them.
void find_no_effect(const server_rec* main_server, std::span<const server_rules> servers,
                    findings& out);

// Settings of virtual hosts without any rule, one for each; after all that is said of a directive
// by itself.
void find_idle_settings(const server_rec* main_server, findings& out);

} // namespace v6front
