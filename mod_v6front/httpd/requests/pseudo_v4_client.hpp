// SPDX-License-Identifier: Apache-2.0
//
// The IPv4 address under which the site gets to know a client (V6FrontPseudoV4).
#pragma once

#include "core/base/ip_address.hpp"
#include "core/message/fields.hpp"
#include "httpd/config/pseudo_v4_directive.hpp"

namespace v6front
{

// For a client whose network is all that is known of it. The same on every front with that key.
ip_address pseudo_address(const configured_pseudo_v4& config, const ip_address& client) noexcept;

// Where the virtual host has it on: notes a pseudo address for the log (v6front-pseudo-v4), and
// puts it among the fields for the site, if the site gets any from this front. core/edits/pseudo_v4
// has the rest.
void tell_pseudo_v4(request_rec* r, field_list& fields, bool adds_fields, bool& is_list);

} // namespace v6front
