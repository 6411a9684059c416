// SPDX-License-Identifier: Apache-2.0
//
// All backends that the configuration names, for what is done once for each: checked at the start,
// looked up before the first request.
#pragma once

#include "config.hpp"

#include <functional>
#include <string>
#include <vector>

namespace v6front
{

// One rule's backend, as one server sees it.
struct configured_backend {
    const server_rec* server;
    const backend_url& url;
    std::vector<endpoint> addresses; // known without asking: a literal, or V6FrontBackendV4's
    std::vector<std::string> names;  // to be looked up
    std::string rule;                // as it was written, for the log
    std::string place;               // where that is, "file:line"
    bool may_be_self = false;        // self=on
};

// A virtual host's rules come again in those that inherit them.
void for_each_backend(const server_rec* main_server,
                      const std::function<void(const configured_backend&)>& each);

// Where that server is configured, for the operator: file and line.
std::string place_of(const server_rec* server);

} // namespace v6front
