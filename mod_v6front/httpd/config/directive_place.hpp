// SPDX-License-Identifier: Apache-2.0
//
// Where a directive is written, while the configuration is read: in which section, in which line,
// and beside which other words.
#pragma once

#include "httpd/base/apache.hpp"

#include <string>

namespace v6front
{

// "file:line", for what is said of it later.
std::string place_of(const cmd_parms* cmd);

// True in <Location "/path">, whose path then is the directive's. Throws setting_error where the
// path is a pattern or a folder.
bool in_location(cmd_parms* cmd);

// Throws setting_error in a section for files or for mod_proxy's requests, where it has no effect:
// httpd looks at neither for a request that a route takes.
void check_has_effect(const cmd_parms* cmd);

// Throws setting_error in any section, for what the whole server has once.
void check_is_global(const cmd_parms* cmd);

// Throws setting_error for "#" behind other words: httpd takes it for one more.
void check_no_comment(int argc, char* const argv[]);

// For a directive whose words httpd gives out one by one: throws setting_error if a key comes
// twice.
void check_all_keys_differ(const cmd_parms* cmd);

} // namespace v6front
