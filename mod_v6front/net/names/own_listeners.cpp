// SPDX-License-Identifier: Apache-2.0

#include "own_listeners.hpp"

#include <algorithm>

namespace v6front
{

namespace ip = asio::ip;

void own_listeners::add(const ip::address& address, std::uint16_t port)
{
    if (address.is_unspecified())
        wildcard_ports_.push_back(port);
    else if (address.is_v4())
        exact_.emplace_back(address, port);
    else if (address.to_v6().is_v4_mapped())
        add(ip::make_address_v4(ip::v4_mapped, address.to_v6()), port);
}

bool own_listeners::is_local(const ip::address_v4& address) const noexcept
{
    return address.is_loopback() ||
           std::find(local_.begin(), local_.end(), address) != local_.end();
}

bool own_listeners::accepts(const endpoint& backend) const noexcept
{
    // A connect to 0.0.0.0 arrives at 127.0.0.1.
    if (backend.address().is_unspecified())
        return accepts({ip::address_v4::loopback(), backend.port()});
    if (std::find(exact_.begin(), exact_.end(), backend) != exact_.end())
        return true;
    return is_local(backend.address().to_v4()) &&
           std::find(wildcard_ports_.begin(), wildcard_ports_.end(), backend.port()) !=
               wildcard_ports_.end();
}

} // namespace v6front
