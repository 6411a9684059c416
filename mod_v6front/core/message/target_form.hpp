// SPDX-License-Identifier: Apache-2.0
//
// The form of a request target (RFC 9112 3.2), and whether a request of that form is for this
// front. Its path is judged in core/edits/target.
#pragma once

#include "core/base/failure.hpp"

#include <optional>
#include <string_view>

namespace v6front
{

// The four forms of RFC 9112 3.2, by the target's own text.
struct target_form {
    enum class kind { origin, absolute, asterisk, authority, none } form = kind::none;
    std::string_view scheme{}; // of an absolute one
    std::string_view
        authority{};         // of an absolute one: host, or [IPv6], with its port if it has one
    std::string_view host{}; // the same without port and brackets
};
target_form form_of(std::string_view method, std::string_view raw) noexcept;

// Nothing if a request of that form is for this front: CONNECT never is (reason::no_tunnel),
// another server's URL is not (reason::misdirected), and what has no form is malformed
// (reason::unfit_target). `own_host`: the form's host is one of this server's names or addresses.
std::optional<failure> unfit_form(const target_form& form, std::string_view own_scheme,
                                  bool own_host);

// A path with "%2F" in it, in either case: httpd itself answers it with 404 unless it is told not
// to.
bool has_encoded_slash(std::string_view path) noexcept;

} // namespace v6front
