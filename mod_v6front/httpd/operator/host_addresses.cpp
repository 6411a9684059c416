// SPDX-License-Identifier: Apache-2.0

#include "host_addresses.hpp"

namespace v6front
{

namespace
{

bool same_address(const server_addr_rec& a, const server_addr_rec& b)
{
    if (a.host_port != b.host_port || is_any(a) != is_any(b))
        return false;
    return is_any(a) || ip_of(a) == ip_of(b);
}

} // namespace

std::optional<asio::ip::address> ip_of(const server_addr_rec& a)
{
    char text[64];
    error_code failed;
    if (!a.host_addr || apr_sockaddr_ip_getbuf(text, sizeof text, a.host_addr) != APR_SUCCESS)
        return std::nullopt;
    const auto address = asio::ip::make_address(text, failed);
    return failed ? std::nullopt : std::optional(address);
}

bool is_any(const server_addr_rec& a)
{
    const auto address = ip_of(a);
    return !address || address->is_unspecified();
}

bool has_place_of(const server_rec* s, const server_rec* other)
{
    for (const auto* b = other->addrs; b; b = b->next) {
        const auto* a = s->addrs;
        while (a && !same_address(*a, *b))
            a = a->next;
        if (!a)
            return false;
    }
    return other->addrs != nullptr;
}

std::string address_text(const server_addr_rec& a)
{
    const std::string host(view(a.virthost));
    return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

std::string host_text(const server_addr_rec& a)
{
    const auto port = a.host_port == 0 ? "*" : std::to_string(a.host_port);
    return address_text(a).append(":").append(port);
}

} // namespace v6front
