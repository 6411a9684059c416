// SPDX-License-Identifier: Apache-2.0
//
// How many descriptors of this process are for clients, whoever accepts them. Some are kept back,
// since each connection needs one more to the site. Any thread.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// Descriptors below this are for clients. Asked each time: the limit may be changed while httpd
// runs.
int max_client_descriptors();
// The lowest that is free, which would be the next one, is among these. `open`: any that is open.
bool has_descriptor_for_client(int open);

// accept() fails for want of something that others can give back.
bool is_shortage(apr_status_t status);

// Nobody is accepted for a while: says so in the log now and then, and asks for idle connections to
// be closed; after some such pauses, those to sites, too.
void ask_for_descriptors(unsigned pauses);

} // namespace v6front
