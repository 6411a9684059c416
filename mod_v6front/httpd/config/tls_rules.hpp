// SPDX-License-Identifier: Apache-2.0
//
// V6FrontTLS: how which https:// backend is spoken to. Gathered, with all files read, while the
// configuration is read, in its pool; given to the backends when they are settled.
#pragma once

#include "net/tls/tls_peer.hpp"
#include "httpd/base/apache.hpp"

#include <memory>
#include <string>
#include <vector>

namespace v6front
{

struct configured_tls {
    const server_rec* server;
    std::string name;                             // of the backend; empty: every one of that server
    std::shared_ptr<const tls_settings> settings; // nullptr where httpd only counts the directives
    std::string place{};                          // where it is written, "file:line"
};
std::vector<configured_tls>& tls_rules_in(apr_pool_t* pconf);

// The setter of the directive. Throws setting_error.
void set_tls(cmd_parms* cmd, void* dir, int argc, char* const argv[]);

// Part of settle_backends: gives each https:// backend its peer. False, with a line in the log, if
// there can be none.
bool settle_tls(server_rec* main_server);

} // namespace v6front
