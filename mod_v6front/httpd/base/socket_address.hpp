// SPDX-License-Identifier: Apache-2.0
//
// APR's address of a socket as a value.
#pragma once

#include "core/base/ip_address.hpp"
#include "apache.hpp"

#include <algorithm>

namespace v6front
{

// "::" where there is none, or one of another family.
inline ip_address address_of(const apr_sockaddr_t* socket) noexcept
{
    ip_address made;
    if (!socket)
        return made;
    const auto* octets = static_cast<const std::uint8_t*>(socket->ipaddr_ptr);
    if (socket->family == APR_INET)
        made = v4_address({octets[0], octets[1], octets[2], octets[3]});
    else if (socket->family == APR_INET6)
        std::copy_n(octets, made.octets.size(), made.octets.begin());
    return made;
}

} // namespace v6front
