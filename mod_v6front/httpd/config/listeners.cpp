// SPDX-License-Identifier: Apache-2.0

#include "listeners.hpp"

#include <ifaddrs.h>

namespace v6front
{

void for_each_listener(
    const std::function<void(const asio::ip::address&, std::uint16_t port)>& each)
{
    for (const auto* l = ap_listeners; l; l = l->next) {
        char text[64];
        if (!l->bind_addr || apr_sockaddr_ip_getbuf(text, sizeof text, l->bind_addr) != APR_SUCCESS)
            continue;
        error_code ec;
        if (const auto address = asio::ip::make_address(text, ec); !ec)
            each(address, l->bind_addr->port);
    }
}

own_listeners find_own_listeners()
{
    own_listeners listeners;
    for_each_listener(
        [&listeners](const auto& address, std::uint16_t port) { listeners.add(address, port); });
    ifaddrs* interfaces = nullptr;
    if (getifaddrs(&interfaces) == 0) {
        for (const auto* i = interfaces; i; i = i->ifa_next)
            if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET)
                listeners.add_local(asio::ip::address_v4(
                    ntohl(reinterpret_cast<const sockaddr_in*>(i->ifa_addr)->sin_addr.s_addr)));
        freeifaddrs(interfaces);
    }
    return listeners;
}

} // namespace v6front
