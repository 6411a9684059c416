// SPDX-License-Identifier: Apache-2.0
//
// The end of a request for which the module lacked memory: the exception has ended its exchange,
// with its connection to the site and its places. What httpd and APR ask for themselves is no part
// of this: they end the process where they do not get it.
#pragma once

#include "request_client.hpp"

namespace v6front
{

// What a handler returns: the status to die with, or OK where the response had begun and has been
// cut off.
int end_without_memory(request_rec* r, request_client& client);

} // namespace v6front
