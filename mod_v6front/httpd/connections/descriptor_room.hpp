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
// In child_init, before there are threads: makes the kernel's table of descriptors large enough for
// a busy child. To grow one that threads share, Linux waits for all processors (expand_fdtable,
// synchronize_rcu): with an engine all its connections wait, up to some 100 ms on a busy machine,
// and again at 64, 128, 256... descriptors.
void enlarge_descriptor_table();
// The lowest that is free, which would be the next one, is among these. `open`: any that is open.
bool has_descriptor_for_client(int open);

// accept() fails for want of something that others can give back.
bool is_shortage(apr_status_t status);

// Nobody is accepted for a while: says so in the log now and then, and asks for idle connections to
// be closed; after some such pauses, those to sites, too.
void ask_for_descriptors(unsigned pauses);

} // namespace v6front
