// SPDX-License-Identifier: Apache-2.0
//
// Whose connection this is, by the first bytes that its client sends. An engine that accepts speaks
// HTTP/1 and nothing else; what may become another protocol is the MPM's, whose way is always
// right. So this says "other" where it is in doubt.
#pragma once

#include <cstdint>
#include <string_view>

namespace v6front
{

// What virtual hosts at the connection's listener may speak beside HTTP/1.
struct offered_protocols {
    bool h2 = false;  // HTTP/2 over TLS, chosen by ALPN
    bool h2c = false; // HTTP/2 without TLS, begun by its preface
};

enum class first_bytes : std::uint8_t {
    http1, // an engine's
    other, // the MPM's
    more   // more bytes will tell
};

// A TLS ClientHello is read up to its ALPN extension (RFC 8446 4.1.2, RFC 7301 3.1); one that is
// malformed is an engine's, where mod_ssl answers it. The preface is there as a whole before it is
// the MPM's, since mod_http2 looks once. Where HTTP/2 is spoken, a PROXY header may come before
// either (mod_remoteip); nothing else is waited for in it.
first_bytes judge_first_bytes(std::string_view bytes, offered_protocols offered) noexcept;

// Whether a client whose connection is the MPM's could be served with HTTP/1, if need be: not after
// HTTP/2's preface, and not where ALPN names other protocols alone.
bool may_speak_http1(std::string_view bytes) noexcept;

} // namespace v6front
