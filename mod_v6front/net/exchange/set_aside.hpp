// SPDX-License-Identifier: Apache-2.0
//
// A response of the site that is not for the client: an error, in the place of which httpd gives
// its own page (V6FrontErrorOverride). Part of an attempt, after the response's head.
#pragma once

#include "order.hpp"
#include "response_reader.hpp"

namespace v6front
{

// Notes the status, and the fields that belong to it whoever words the page (RFC 9110 10.2.3,
// 11.6.1, 15.5.6). The body is read to its end if that is near: then the connection can carry the
// next request. The client waits meanwhile.
task<void> set_aside(response_reader& response, const response_head& head,
                     const exchange_rules& rules, outcome& record);

} // namespace v6front
