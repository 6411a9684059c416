// SPDX-License-Identifier: Apache-2.0
//
// May a failed attempt be made again? (RFC 9110 9.2.2, RFC 9112 9.3.1)
#pragma once

#include "core/base/failure.hpp"

#include <cstdint>
#include <string_view>

namespace v6front
{

// How far an attempt got, told by the exchange that made it.
struct attempt_progress {
    bool pooled = false;        // on a connection that had served before
    bool elsewhere = false;     // the backend has another address to try
    bool head_sent = false;     // any byte of the request may have reached the backend
    bool body_gone = false;     // any byte of the client's body was sent, and is not here any more
    bool body_unsent = false;   // there is a body, and not a byte of it was sent
    bool response_seen = false; // any byte of a response came back
    unsigned attempts = 1;      // made so far, this one included
};

constexpr unsigned max_attempts = 3;

// A connection that had served before brought something that answers no request: octets that are
// no HTTP (a body that came late), or a 408, by which a server ends one that was idle for too long
// for it (RFC 9110 15.5.9). Either was on its way before the request.
// `input`: what came, where that was no head; `status`: of the head, 0 if there is none.
bool is_stale(std::string_view input, int status) noexcept;

// Safe methods, PUT and DELETE (RFC 9110 9.2.2): GET, HEAD, OPTIONS, TRACE, PUT, DELETE, and
// WebDAV's PROPFIND, REPORT, SEARCH (safe by their RFCs).
bool is_idempotent(std::string_view method) noexcept;

// Only while nothing of the response was seen, nothing of the body is gone, and attempts are left;
// then: always if not a byte was sent; on a pooled connection that died, or where the backend has
// another address, if the method is idempotent or the backend lacks the body that it would have
// needed to act. Never after a deadline, nor for a failure that a new connection would meet again.
bool may_retry(reason reason, std::string_view method, const attempt_progress& progress) noexcept;

} // namespace v6front
