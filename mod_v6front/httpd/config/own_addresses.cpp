// SPDX-License-Identifier: Apache-2.0

#include "own_addresses.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_addr.h>

#include <cerrno>
#include <fstream>
#include <ios>
#include <optional>
#include <utility>

namespace v6front
{

namespace
{

// "20010db8000000000000000000000001".
std::optional<asio::ip::address_v6> digits_as_address(const std::string& digits)
{
    asio::ip::address_v6::bytes_type octets{};
    if (digits.size() != 2 * octets.size() ||
        digits.find_first_not_of("0123456789abcdef") != std::string::npos)
        return std::nullopt;
    for (std::size_t i = 0; i < octets.size(); ++i)
        octets[i] = static_cast<unsigned char>(std::stoul(digits.substr(2 * i, 2), nullptr, 16));
    return asio::ip::address_v6(octets);
}

struct own_address {
    asio::ip::address_v6 address;
    unsigned flags; // IFA_F_...
    bool is_configured() const { return (flags & IFA_F_PERMANENT) != 0; }
};

// A line of the kernel: address, interface, length of prefix, scope, flags, name of the interface.
std::vector<own_address> read_addresses()
{
    std::vector<own_address> found;
    std::ifstream lines("/proc/net/if_inet6");
    std::string digits, name;
    unsigned interface = 0, length = 0, scope = 0, flags = 0;
    while (lines >> digits >> std::hex >> interface >> length >> scope >> flags >> name)
        if (const auto a = digits_as_address(digits); a && !a->is_loopback() && !a->is_link_local())
            found.push_back({*a, flags});
    return found;
}

bool is_for_advice(const own_address& a)
{
    constexpr unsigned passing =
        IFA_F_TEMPORARY | IFA_F_DEPRECATED | IFA_F_TENTATIVE | IFA_F_DADFAILED;
    const bool is_unique_local = (a.address.to_bytes()[0] & 0xfe) == 0xfc; // RFC 4193
    return !is_unique_local && !a.address.is_site_local() && (a.flags & passing) == 0;
}

} // namespace

std::vector<asio::ip::address_v6> own_ipv6_addresses()
{
    std::vector<asio::ip::address_v6> all;
    for (const auto& each : read_addresses())
        all.push_back(each.address);
    return all;
}

std::string own_ipv6_address()
{
    const own_address* best = nullptr;
    const auto all = read_addresses();
    const auto rank = [](const own_address& a) { return std::pair(!a.is_configured(), a.address); };
    for (const auto& each : all)
        if (is_for_advice(each) && (!best || rank(each) < rank(*best)))
            best = &each;
    return best ? best->address.to_string() : "2001:db8::1";
}

bool may_be_bound(const asio::ip::address& a)
{
    const endpoint at(a, 0);
    const int socket = ::socket(at.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0)
        return true;
    const bool refused =
        ::bind(socket, at.data(), static_cast<socklen_t>(at.size())) != 0 && errno == EADDRNOTAVAIL;
    ::close(socket);
    return !refused;
}

} // namespace v6front
