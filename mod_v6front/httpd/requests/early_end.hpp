// SPDX-License-Identifier: Apache-2.0
//
// A response over HTTP/2 that is whole before the request's body is. mod_http2 resets a stream
// whose output has ended while its input has not (h2_session.c, on_stream_state_enter), and clients
// that still send, such as curl 7.88, lose the response to that reset. This filter holds the
// response's end back (of a success also its last piece, and so a small response as a whole), takes
// the rest of the body as long as it keeps coming, and then lets it pass: what httpd's lingering
// close is for HTTP/1. One response, on its borrowed thread.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

void register_early_end();

// For a request of which not all of the body has been read; before the end of its response.
// A client that has not been told to send its body sends none, and is not waited for.
void take_rest_before_end(request_rec* r);

} // namespace v6front
