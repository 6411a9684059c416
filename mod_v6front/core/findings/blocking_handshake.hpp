// SPDX-License-Identifier: Apache-2.0
//
// Directives of mod_ssl that make a TLS handshake wait for somebody else than the client. An engine
// that accepts connections shakes hands by itself, and cannot wait.
#pragma once

#include <string_view>

namespace v6front
{

// Whether it does so, or else says that it does not, as the last of several counts; `args` as
// written.
struct handshake_wait {
    std::string_view kind; // the directive; empty: it is none of these
    bool waits = false;
};
handshake_wait handshake_wait_of(std::string_view name, std::string_view args) noexcept;

} // namespace v6front
