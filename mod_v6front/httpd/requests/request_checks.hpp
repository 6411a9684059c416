// SPDX-License-Identifier: Apache-2.0
//
// May this request go on? Asked at four moments, each as early as httpd's order of hooks allows:
//
//   1. its head is read           check_coding    where does the message end?
//   2. its route is found         check_form      is the target one that this server may forward?
//                                 take_hop        how far may it go (Max-Forwards)?
//   3. its handler is called      check_message   what httpd lets pass, and a backend may misread
//   4. the exchange begins        request_framing (core/message/framing), has_passed (a loop)
//
// What is refused here never reaches a backend.
#pragma once

#include "core/base/failure.hpp"
#include "httpd/base/apache.hpp"
#include "routing.hpp"

#include <optional>

namespace v6front
{

// Neither a subrequest nor an internal redirect.
inline bool is_from_client(const request_rec* r)
{
    return !r->main && !r->prev;
}

// 1. In a virtual host with routes: DECLINED, or the status that refuses it and ends the
// connection. Asked before anything else: what httpd answers by itself (404, 403) never comes to a
// handler, and it would go on to read what it takes for the next request.
int check_coding(request_rec* r);

// 2. An authority of an absolute-form target is noted in `route`, which may be nullptr.
std::optional<failure> check_form(request_rec* r, routed_request* route);
// How far TRACE and OPTIONS may go (RFC 9110 7.6.2): takes one hop off. Other methods may go on.
enum class hops { left, used_up, malformed };
hops take_hop(request_rec* r);

// 3. OK, or the status that refuses it. `keepalive`: of the connection, before the request was
// processed.
int check_message(const request_rec* r, ap_conn_keepalive_e keepalive);
// LimitRequestBody where it is set, else 0. Octets.
apr_off_t body_limit(const request_rec* r);

} // namespace v6front
