// SPDX-License-Identifier: Apache-2.0
//
// At which listening sockets the engines accept connections themselves, and which are left to the
// event MPM: those at which it alone can do what the configuration wants. Chosen in post_config, in
// the parent, and the same for all children of that generation.
#pragma once

#include "core/decisions/first_bytes.hpp"
#include "httpd/base/apache.hpp"

#include <vector>

namespace v6front
{

struct chosen_listener {
    ap_listen_rec* listener;
    offered_protocols offered; // by the virtual hosts that can be reached there
};

// Says in the log which are left to the MPM, and why.
void choose_listeners(apr_pool_t* pconf, const server_rec* main_server);

// The engines' own. Empty before that.
const std::vector<chosen_listener>& chosen_listeners();

} // namespace v6front
