// SPDX-License-Identifier: Apache-2.0
//
// The one place that asks the system for the address of a name.

#include "resolver.hpp"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>

namespace v6front
{

namespace
{

failure lookup_failure(int code, const std::string& name)
{
    switch (code) {
    case EAI_NONAME:
        return {reason::name_not_found, {}, name};
#ifdef EAI_NODATA
    case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
        return {reason::no_ipv4_address, {}, name};
    case EAI_MEMORY:
        return {reason::out_of_resources, {}, name};
    case EAI_SYSTEM:
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            return {reason::out_of_resources, {errno, boost::system::system_category()}, name};
        return {reason::lookup_failed, {errno, boost::system::system_category()}, name};
    default:
        return {reason::lookup_failed, {}, name + ": " + gai_strerror(code)};
    }
}

// glibc answers "no such name" for some AAAA-only names, so the difference is asked for: only to
// tell the operator, never to use the address.
bool exists_without_ipv4(const std::string& name)
{
    addrinfo hints{};
    hints.ai_family = AF_INET6;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0)
        return false;
    freeaddrinfo(found);
    return true;
}

} // namespace

result<ipv4_addresses> look_up_ipv4(const std::string& name)
{
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int code = getaddrinfo(name.c_str(), nullptr, &hints, &found); code != 0) {
        auto f = lookup_failure(code, name);
        if (f.reason == reason::name_not_found && exists_without_ipv4(name))
            f.reason = reason::no_ipv4_address;
        return f;
    }
    ipv4_addresses addresses;
    for (auto* a = found; a; a = a->ai_next) {
        const auto* in = reinterpret_cast<const sockaddr_in*>(a->ai_addr);
        const asio::ip::address_v4 address(ntohl(in->sin_addr.s_addr));
        if (std::find(addresses.begin(), addresses.end(), address) == addresses.end())
            addresses.push_back(address);
    }
    freeaddrinfo(found);
    if (addresses.empty())
        return failure{reason::no_ipv4_address, {}, name};
    return addresses;
}

} // namespace v6front
