// SPDX-License-Identifier: Apache-2.0
//
// V6FrontPseudoV4, with its key: read while the configuration is, as root.
#pragma once

#include "core/rules/pseudo_v4.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

// What a virtual host has of it. In the configuration's pool; read by all threads.
struct configured_pseudo_v4 {
    pseudo_v4_mode mode = pseudo_v4_mode::off;
    pseudo_v4_rule rule{};
    pseudo_v4_key key{};
    std::string place{}; // where it is written, "file:line", for messages
};

// Throws setting_error; also for a key file that cannot be read, is not a regular file, is no key,
// or is open to everyone.
void set_pseudo_v4(cmd_parms* cmd, void*, int argc, char* const argv[]);

} // namespace v6front
