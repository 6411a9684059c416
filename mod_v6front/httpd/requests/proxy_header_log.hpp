// SPDX-License-Identifier: Apache-2.0
//
// Says that a site may not expect the PROXY header that it gets (V6FrontProxyProtocol): beside a
// failure that looks like it, and once for a site that answers everything with 400.
#pragma once

#include "core/base/failure.hpp"
#include "routing.hpp"

namespace v6front
{

// A site that expects HTTP and gets a PROXY header closes, or says in its own way that it makes no
// sense of it.
bool may_be_puzzled(reason why, const backend& site) noexcept;

// After each response of a site: `status` is the site's.
void watch_proxy_header(const request_rec* r, const routed_request& decision, int status);

} // namespace v6front
