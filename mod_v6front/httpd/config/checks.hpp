// SPDX-License-Identifier: Apache-2.0
//
// V6FrontCheck: which backends are checked, and how. Gathered while the configuration is read, in
// its pool; each child makes the same list of it, so that a check has one number in all of them.
#pragma once

#include "net/backends/health_check.hpp"
#include "net/names/own_listeners.hpp"
#include "net/names/resolver.hpp"
#include "config.hpp"

#include <map>
#include <memory>
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

// The checks of one child. Read-only once made, by all threads.
class health_checks
{
public:
    // Starts them on the watch; `own` are the addresses that are never asked.
    void start(const server_rec* main_server, address_watch& watch, resolver& names,
               const own_listeners& own);
    // 0: that backend has none.
    check_number number(const backend_url* backend) const
    {
        if (numbers_.empty())
            return 0;
        const auto found = numbers_.find(backend);
        return found == numbers_.end() ? check_number(0) : found->second;
    }

private:
    std::map<const backend_url*, check_number> numbers_;
};

} // namespace v6front
