// SPDX-License-Identifier: Apache-2.0
//
// Authentication that is of the connection and not of the request: NTLM, and what Microsoft's
// servers do of Negotiate and Kerberos (RFC 4559). Who has logged in on a connection is known there
// without any field, so that it must serve nobody else.
#pragma once

#include "fields.hpp"

#include <span>

namespace v6front
{

// The request begins or continues such a login, or may: its Authorization has such a scheme.
bool logs_connection_in(std::span<const field> request) noexcept;

// The response asks for such a login, continues or ends it (WWW-Authenticate, whatever its status),
// or says that the connection is logged in (Persistent-Auth: true). Proxy-Authenticate is no
// reason: it is not passed on, so that no login follows it.
bool speaks_of_connection_login(std::span<const field> response) noexcept;

} // namespace v6front
