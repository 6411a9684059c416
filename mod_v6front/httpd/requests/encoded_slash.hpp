// SPDX-License-Identifier: Apache-2.0
//
// A path with %2F, which httpd answers itself with 404 unless AllowEncodedSlashes says otherwise:
// to the operator it looks as if the site had lost a page.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// In post_read_request: one line in the log for each virtual host and child, where that path would
// have been a route's.
void tell_of_encoded_slash(const request_rec* r);

} // namespace v6front
