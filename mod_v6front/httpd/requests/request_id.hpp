// SPDX-License-Identifier: Apache-2.0
//
// What a request is called in the logs of both sides: by mod_unique_id if that is loaded, or by 128
// random bits, or as the operator or a trusted peer has called it. A request that httpd makes of
// another (subrequest, ErrorDocument) has the same id.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// `given` is what the operator or a trusted peer calls it; empty: nothing. Made when it is first
// asked for, and the same from then on. Lives in the pool of the client's request.
std::string_view request_id_of(request_rec* r, std::string_view given);

} // namespace v6front
