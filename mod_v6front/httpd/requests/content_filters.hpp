// SPDX-License-Identifier: Apache-2.0
//
// What the filters that other modules have put before a request's content may do to an exchange.
// Told by their names: what is not known to be harmless is not taken for it.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// The response passes a filter that may wait, as for another page that it makes part of this one
// (INCLUDES): not on an engine. Asked once httpd has inserted the filters (ap_invoke_handler).
bool may_wait_in_output(const request_rec* r);

// The request's body passes a filter that may make it longer or shorter: its Content-Length says
// nothing. Such a filter may remove itself when it is first asked for the body (DEFLATE).
bool may_change_body(const request_rec* r);

} // namespace v6front
