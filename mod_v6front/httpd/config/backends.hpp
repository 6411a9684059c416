// SPDX-License-Identifier: Apache-2.0
//
// All backends that the configuration names: makes their objects, and lists them for what is done
// once for each: checked at the start, looked up before the first request.
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
    v6front::backend& backend;
    std::string rule;                            // as it was written, for the log
    std::string place;                           // where that is, "file:line"
    const exchange_settings* settings = nullptr; // of the rule
    bool may_be_self = false;                    // self=on
};

// Makes the backend of each rule of each server, and numbers the rules accordingly. In
// check_config, when all directives are read and merged. False, with a line in the log, if the
// server cannot start like this.
bool settle_backends(server_rec* main_server);

// Once they are settled. A virtual host's rules come again in those that inherit them.
void for_each_backend(const server_rec* main_server,
                      const std::function<void(const configured_backend&)>& each);

// A rule's settings with those that hold around it: for the whole server, and in its <Location>.
exchange_settings settled_settings(const server_rec* server, const exchange_settings& of_rule);

// Where that server is configured, for the operator: file and line.
std::string place_of(const server_rec* server);

} // namespace v6front
