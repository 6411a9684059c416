// SPDX-License-Identifier: Apache-2.0
//
// Whose word about a client is believed: V6FrontTrust, addresses and prefixes of the proxies in
// front of this server. What counts is who holds the TCP connection, and no address that a peer
// reports.
#pragma once

#include "core/base/ip_address.hpp"

#include <string_view>
#include <vector>

namespace v6front
{

// An address, or a prefix "2001:db8::/32". Throws setting_error for what is none, has a zone id,
// brackets or a port, or has host bits set; with the right prefix, where there is one.
ip_prefix parse_prefix(std::string_view text);

class trusted_peers
{
public:
    void add(const ip_prefix& prefix) { prefixes_.push_back(prefix); }
    bool empty() const noexcept { return prefixes_.empty(); }
    bool contains(const ip_address& address) const noexcept;
    const std::vector<ip_prefix>& prefixes() const noexcept { return prefixes_; }

private:
    std::vector<ip_prefix> prefixes_;
};

} // namespace v6front
