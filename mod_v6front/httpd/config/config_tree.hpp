// SPDX-License-Identifier: Apache-2.0
//
// The configuration as it was written (httpd's ap_conftree), for what other modules' directives
// mean for ours. While the configuration is settled and checked; not at run time.
#pragma once

#include "httpd/base/apache.hpp"

#include <functional>
#include <string>
#include <vector>

namespace v6front
{

// A directive that is no section, and the virtual host that it is in: the main server for one
// outside of all, or in one that cannot be told.
struct written_directive {
    const server_rec* server;
    const ap_directive_t* section; // <Location ...> and the like; nullptr: none within that server
    std::string name;
    std::string args; // as written
    std::vector<std::string> words;
    std::string place;        // "file:line"
    std::string text() const; // name and words
};

// In the order of the configuration.
void for_each_directive(const server_rec* main_server,
                        const std::function<void(const written_directive&)>& each);

} // namespace v6front
