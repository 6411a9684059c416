// SPDX-License-Identifier: Apache-2.0
//
// What this process knows and holds at one moment: plain values, gathered from their owners, each
// of which says how that is safe. What all children share is told as they share it.
#pragma once

#include "httpd/connections/engine_threads.hpp"
#include "httpd/process/services.hpp"

#include <string>
#include <vector>

namespace v6front
{

struct listed_address {
    endpoint at;
    bool well = true;                  // false: avoided while another one is well
    std::chrono::milliseconds since{}; // of one that is not
    // Connections to it, from all child processes and for all backends that are there.
    std::uint32_t in_use = 0;
    std::uint32_t idle = 0;
};

struct listed_backend {
    std::string name; // host, and port if it is not the usual one
    std::vector<listed_address> addresses;
};

struct listed_limit {
    std::string rule; // as it was written
    std::uint32_t in_flight = 0;
    std::uint32_t max = 0;
    std::uint32_t waiting = 0;
    std::uint32_t queue = 0;
};

struct process_state {
    std::vector<listed_backend> backends;
    std::vector<name_state> names;
    std::vector<listed_limit> limits;
    std::vector<engine_state> engines;
    lent_state lent{};
    client_pool_state clients{}; // idle connections that belong to one client each
};

// Any thread of a child.
process_state list_process(const server_rec* main_server, const services& shared,
                           const engine_threads& engines);

} // namespace v6front
