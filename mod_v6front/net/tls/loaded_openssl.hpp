// SPDX-License-Identifier: Apache-2.0
//
// Which OpenSSL this process has, of what is loaded into it and not of what was installed when it
// was built: one for all modules, as it should be, or more.
#pragma once

#include <string>
#include <vector>

namespace v6front
{

// Why the functions that are called here are not those that this was built for; empty if they are.
std::string wrong_openssl();

// One more than the one that is used here.
struct other_openssl {
    std::string file;
    std::string user; // a module that calls it; empty: nobody is known to
};
std::vector<other_openssl> other_openssls();

// The file of the one that is used here.
std::string own_openssl();

} // namespace v6front
