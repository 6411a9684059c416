// SPDX-License-Identifier: Apache-2.0
//
// Waiting for something to become true. No test sleeps for a while and hopes: it says what it waits
// for, and fails when that does not come.
#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

namespace v6front
{

struct deadline_passed : std::runtime_error {
    explicit deadline_passed(const std::string& what)
        : std::runtime_error("waited in vain for " + what)
    {
    }
};

// Time that a healthy machine never needs. Under a tool that slows the server down it is longer.
std::chrono::milliseconds patience(std::chrono::milliseconds when_nothing_slows_it_down);
std::chrono::milliseconds patience(); // 10 s

// True as soon as `holds` is, false when the time is over.
bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds limit = patience());

// Throws deadline_passed instead.
void await(const std::string& what, const std::function<bool()>& holds,
           std::chrono::milliseconds limit = patience());

} // namespace v6front
