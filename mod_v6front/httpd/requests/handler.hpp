// SPDX-License-Identifier: Apache-2.0
//
// Where a request goes once httpd has done everything before the handler.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// Ours: an exchange on the engine where that is possible, else on this thread.
int handle(request_rec* r);
// Before all others: what belongs to another module is kept off the engine.
int keep_off_engine(request_rec* r);

} // namespace v6front
