// SPDX-License-Identifier: Apache-2.0
//
// The addresses that this server itself accepts connections on. A backend at one of them would be
// this front again: the loop that the module exists to prevent. Filled once per child, then read by
// all.
#pragma once

#include "net/loop/asio.hpp"

#include <cstdint>
#include <vector>

namespace v6front
{

class own_listeners
{
public:
    // A listener; an IPv6 wildcard accepts IPv4 as well (httpd binds it that way on Linux), an
    // IPv4-mapped address is its IPv4 self, other IPv6 addresses can never be a backend.
    void add(const asio::ip::address& address, std::uint16_t port);
    // An address of an interface of this machine; 127.0.0.0/8 is always taken for one.
    void add_local(const asio::ip::address_v4& address) { local_.push_back(address); }
    bool accepts(const endpoint& backend) const noexcept;

private:
    bool is_local(const asio::ip::address_v4& address) const noexcept;

    std::vector<endpoint> exact_;
    std::vector<std::uint16_t> wildcard_ports_;
    std::vector<asio::ip::address_v4> local_;
};

} // namespace v6front
