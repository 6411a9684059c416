// SPDX-License-Identifier: Apache-2.0
//
// A site that redirects http to https for ever. It sees plain http whatever its client uses, and a
// client that asks for https://host/path is sent to https://host/path. One such response may be
// meant (a cookie is set, and looked for); a run of them is a loop.
#pragma once

#include <string_view>

namespace v6front
{

// A status that sends a client to its Location with the same kind of request (RFC 9110 15.4).
bool is_redirect(int status) noexcept;

// True if a Location (RFC 9110 10.2.2) is the URL that the client asked for: `host` is its Host
// field, `target` its request target in origin-form.
bool is_same_url(std::string_view location, std::string_view scheme, std::string_view host,
                 std::string_view target) noexcept;

} // namespace v6front
