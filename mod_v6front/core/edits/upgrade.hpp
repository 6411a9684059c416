// SPDX-License-Identifier: Apache-2.0
//
// Does the client ask to leave HTTP on this connection (RFC 9110 7.8), and may the backend's 101 be
// taken for an answer to that? Pure questions about two heads; the tunnel itself is
// net/exchange/tunnel.
#pragma once

#include "core/message/response_head.hpp"
#include "request_head.hpp"

#include <string>

namespace v6front
{

// The protocols asked for, as a list to send on; empty if none are. Asked for are those of Upgrade,
// if Connection nominates it too: a bare Upgrade is meant for somebody else's connection. Refused,
// by leaving them out: HTTP itself in any version (requests in such a tunnel would pass by all that
// this server checks) and TLS, which the client has with this server or not at all.
std::string wanted_upgrade(const request_view& request);

// Appends Connection and Upgrade, if the request asks for one.
void append_upgrade(std::string& out, const request_view& request);

// True if the response's Upgrade names protocols that the request asked for, and no others.
bool answers_upgrade(const request_view& request, const response_head& answer);

} // namespace v6front
