// SPDX-License-Identifier: Apache-2.0
//
// A site that is spoken to over TLS: with which settings, and under which name, which goes into SNI
// and has to be in its certificate. Two connections with the same peer are interchangeable, with
// different ones never (connection_identity).
//
// Life: made when the configuration is settled, one for all rules with the same settings and name.
// For any thread. Lives as long as the configuration.
#pragma once

#include "kept_sessions.hpp"
#include "tls_settings.hpp"

#include <memory>
#include <string>

namespace v6front
{

class tls_session;

class tls_peer
{
public:
    // `name`: a host name, or an IPv4 address, which is verified as such and is not sent.
    tls_peer(std::shared_ptr<const tls_settings> how, std::string name);

    const tls_rule& rule() const noexcept { return how_->rule(); }
    const tls_settings& settings() const noexcept { return *how_; }
    const std::string& name() const noexcept { return name_; }
    bool is_address() const noexcept { return is_address_; }

    // For one connection that has just been made; nullptr if there is no memory.
    std::unique_ptr<tls_session> begin(int socket, const endpoint& at) const;

private:
    std::shared_ptr<const tls_settings> how_;
    std::string name_;
    bool is_address_;
    mutable kept_sessions sessions_;
};

} // namespace v6front
