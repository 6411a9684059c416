// SPDX-License-Identifier: Apache-2.0
//
// The handler v6front-status: "SetHandler v6front-status".
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// The body of a handler's hook. Never on an engine.
int show_status(request_rec* r);

} // namespace v6front
