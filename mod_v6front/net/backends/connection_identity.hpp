// SPDX-License-Identifier: Apache-2.0
//
// What makes two connections to backends interchangeable: one that is idle serves a request whose
// backend asks for an equal one, and no other. Whatever a connection is given when it is made (the
// address, TLS with its names, files and versions) belongs in here, and
// then a connection without it, or with another one, is never taken instead.
//
// A value. Made by the backend (backend.hpp); carried by its connection; the key of what keeps idle
// ones (pool, personal_connections).
#pragma once

#include "net/loop/asio.hpp"
#include "net/tls/tls_peer.hpp"

#include <cstddef>
#include <cstdint>

namespace v6front
{

struct connection_identity {
    endpoint address;
    const tls_peer* tls = nullptr; // none: plain TCP

    friend bool operator==(const connection_identity&, const connection_identity&) = default;

    struct hash {
        std::size_t operator()(const connection_identity& of) const noexcept
        {
            const auto& at = of.address;
            return std::uint64_t{at.address().to_v4().to_uint()} << 16 | at.port();
        }
    };
};

} // namespace v6front
