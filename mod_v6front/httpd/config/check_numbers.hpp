// SPDX-License-Identifier: Apache-2.0
//
// Which backend has which health check, under which number. Settled with the backends, in the
// parent: a check has one number in all child processes.
#pragma once

#include "backends.hpp"
#include "checks.hpp"

#include <vector>

namespace v6front
{

// One check to make: backends of one server with the same authority share it, if they are connected
// to in the same way.
struct numbered_check {
    check_number number;
    configured_backend of; // the first of these
    const check_rule* rule;
};

// Part of settle_backends: numbers the checks, and notes each number in its backends.
void number_checks(server_rec* main_server);

// In the configuration's pool.
std::vector<numbered_check>& numbered_checks_in(apr_pool_t* pconf);

} // namespace v6front
