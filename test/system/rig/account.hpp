// SPDX-License-Identifier: Apache-2.0
//
// What a server says that it has in use: places of max=, connections to sites, clients. Where
// nobody asks for anything, that is nothing.
#pragma once

#include "httpd_server.hpp"

#include <string>

namespace v6front
{

// Adds what the account is read from; not for a server whose routes take /v6front-account.
void keep_account(httpd_options& options);

// Of mod_status's lines those that are not zero; the client that asks does not count. "no answer"
// if there was none.
std::string in_use(const httpd_server& front);

// Connections and listeners of all children; descriptors of other kinds come with threads.
unsigned sockets(const httpd_server& front);

// No thread of any child does anything.
bool is_at_rest(const httpd_server& front);

// True once it is empty. What is left otherwise is told with the next assertion that fails.
bool comes_to_nothing(const httpd_server& front);

} // namespace v6front
