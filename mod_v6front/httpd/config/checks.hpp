// SPDX-License-Identifier: Apache-2.0
//
// V6FrontCheck: which backends are checked, and how. Gathered while the configuration is read, in
// its pool.
#pragma once

#include "core/rules/check_rule.hpp"
#include "config.hpp"

#include <string>
#include <vector>

namespace v6front
{

struct configured_check {
    const server_rec* server;
    std::string name; // of the backend; empty: every backend of that server
    check_rule rule;
    std::string place{}; // where it is written, "file:line"
};
std::vector<configured_check>& checks_in(apr_pool_t* pconf);

// Throws setting_error if that backend of that server has one already.
void add_check(apr_pool_t* pconf, configured_check check);

} // namespace v6front
