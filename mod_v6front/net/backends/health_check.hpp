// SPDX-License-Identifier: Apache-2.0
//
// The operator's health check of one backend: each of its addresses is asked at an interval, by one
// child process of all (address_watch says how). A check that fails once is repeated soon; when it
// has failed twice in a row, the address is out of use until a check passes.
#pragma once

#include "core/rules/check_rule.hpp"
#include "address_watch.hpp"
#include "backend.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace v6front
{

struct check_order {
    check_number number;
    const backend* of; // with the configuration, which lasts longer
    std::string host;  // as the check names it
    check_rule rule;
    std::function<std::vector<endpoint>()> addresses; // asked each time, on the watch's thread
};

// Runs on the watch for as long as that lasts.
task<void> check_for_ever(address_watch& watch, std::shared_ptr<const check_order> order);

} // namespace v6front
