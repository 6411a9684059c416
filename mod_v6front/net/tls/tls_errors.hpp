// SPDX-License-Identifier: Apache-2.0
//
// What OpenSSL says went wrong, as an error code among others, and in words for an operator: what
// failed, and what would be right.
#pragma once

#include "core/rules/tls_rule.hpp"

#include <boost/system/error_code.hpp>

#include <string>
#include <string_view>

struct x509_store_ctx_st;

namespace v6front
{

// Of OpenSSL's queue, which is empty then: other modules use it on the same thread.
boost::system::error_code take_tls_error() noexcept;

// Before an operation whose error is to be told from others'. The queue is empty as a rule, which
// OpenSSL 3 finds out in a tenth of the time that it takes to empty it again.
void clear_tls_errors() noexcept;

// The connection has ended where TLS would have said that nothing follows (RFC 8446 6.1).
boost::system::error_code tls_cut_off() noexcept;

// The site itself has said what is wrong.
bool is_alert(const boost::system::error_code& error) noexcept;

// Why the certificate at which this check stopped is not accepted.
std::string describe_certificate(x509_store_ctx_st* check, std::string_view name);

// Why a handshake failed, with what is known of it: the error, and the first octets of the backend.
std::string describe_handshake(const boost::system::error_code& error, std::string_view first,
                               const tls_rule& rule, std::string_view name);

} // namespace v6front
