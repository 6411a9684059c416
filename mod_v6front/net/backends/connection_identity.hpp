// SPDX-License-Identifier: Apache-2.0
//
// What makes two connections to backends interchangeable: one that is idle serves a request whose
// backend asks for an equal one, and no other. Whatever a connection is given when it is made (the
// address; TLS with its names, files and versions; where it comes from; a preface) belongs in here,
// and then a connection without it, or with another one, is never taken instead.
//
// A value. Made by the backend (backend.hpp) for a request and its terms; carried by its
// connection; the key of what keeps idle ones (pool, personal_connections).
#pragma once

#include "core/message/proxy_header.hpp"
#include "net/loop/asio.hpp"
#include "net/tls/tls_peer.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace v6front
{

// What a request asks of its connection, whichever address of the backend that leads to.
struct connection_terms {
    asio::ip::address_v4 source{}; // where it comes from; unspecified: the system chooses
    // The first octets on it, before anything else (core/message/proxy_header). They say whose it
    // is, so such a connection is its client's own and in no pool.
    std::string preface{};
    // For no client: it begins with a PROXY header of its own two ends.
    proxy_protocol own_name = proxy_protocol::off;

    friend bool operator==(const connection_terms&, const connection_terms&) = default;
};

struct connection_identity {
    endpoint address;
    const tls_peer* tls = nullptr; // none: plain TCP
    connection_terms terms{};

    friend bool operator==(const connection_identity&, const connection_identity&) = default;

    struct hash {
        std::size_t operator()(const connection_identity& of) const noexcept
        {
            const auto& at = of.address;
            const std::uint64_t where{at.address().to_v4().to_uint()};
            // Neighbours come from neighbours: the sources are spread over the whole number.
            const std::uint64_t from{of.terms.source.to_uint()};
            return (where << 16 | at.port()) ^ from * 0x9e3779b97f4a7c15;
        }
    };
};

} // namespace v6front
