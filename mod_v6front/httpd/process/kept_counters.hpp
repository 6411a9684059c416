// SPDX-License-Identifier: Apache-2.0
//
// The memory in which all child processes count what happens with sites (net/shared/site_counters).
// The parent keeps it over restarts, so that numbers only grow, and what old processes still do is
// counted, too. It is made anew only where the sites of a new configuration do not fit into it, and
// where another version of the module begins that has another layout.
#pragma once

#include "httpd/base/apache.hpp"

#include <cstdint>

namespace v6front
{

// In post_config, in the parent, when the backends are settled: each gets the number of its site.
void keep_counters(server_rec* main_server);

struct kept_counters {
    void* memory = nullptr;       // nullptr: nothing is counted
    std::int64_t started = 0;     // the server, in milliseconds since 1970
    std::int64_t counts_from = 0; // all were 0
};
// Any process of this generation.
const kept_counters& counters_of_server();

} // namespace v6front
