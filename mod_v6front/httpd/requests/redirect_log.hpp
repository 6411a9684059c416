// SPDX-License-Identifier: Apache-2.0
//
// Says once that a site redirects its clients in a circle (core/rules/redirect_loop).
#pragma once

#include "routing.hpp"

namespace v6front
{

// After each response of a site: `status` is the site's.
void watch_redirects(const request_rec* r, const routed_request& decision, int status);

} // namespace v6front
