// SPDX-License-Identifier: Apache-2.0
//
// Trailer fields of a response to HTTP/1.1: httpd 2.4 has a table for them (r->trailers_out), which
// its own chunk filter leaves unread. This filter comes after that one, at the end of a response
// that has trailers, and puts them into the last chunk.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

void register_trailer_filter();
void add_trailer_filter(request_rec* r);

} // namespace v6front
