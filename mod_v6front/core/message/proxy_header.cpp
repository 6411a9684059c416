// SPDX-License-Identifier: Apache-2.0
#include "proxy_header.hpp"

#include <string_view>

namespace v6front
{

namespace
{

constexpr std::string_view signature("\r\n\r\n\0\r\nQUIT\n", 12);

enum : char {
    version_2_local = 0x20,
    version_2_proxy = 0x21,
    unspecified = 0x00,
    tcp_over_ipv4 = 0x11,
    tcp_over_ipv6 = 0x21,
};

void append_number(std::string& out, std::size_t number)
{
    out += static_cast<char>(number >> 8 & 0xff);
    out += static_cast<char>(number & 0xff);
}

// Of version 2, all that comes before the addresses.
std::string begin(char command, char family, std::size_t length)
{
    std::string out(signature);
    out += command;
    out += family;
    append_number(out, length);
    return out;
}

std::string version_1(const ip_endpoint& from, const ip_endpoint& to, bool ipv4)
{
    const auto text = [ipv4](const ip_address& a) {
        return ipv4 ? v4_text(a.v4_number()) : a.mapped_text();
    };
    return (ipv4 ? "PROXY TCP4 " : "PROXY TCP6 ") + text(from.address) + ' ' + text(to.address) +
           ' ' + std::to_string(from.port) + ' ' + std::to_string(to.port) + "\r\n";
}

std::string version_2(const ip_endpoint& from, const ip_endpoint& to, bool ipv4)
{
    const std::size_t skipped = ipv4 ? 12 : 0; // of the sixteen octets of an address
    const auto length = 2 * (16 - skipped) + 4;
    auto out = begin(version_2_proxy, ipv4 ? tcp_over_ipv4 : tcp_over_ipv6, length);
    for (const auto* end : {&from, &to})
        for (std::size_t i = skipped; i < 16; ++i)
            out += static_cast<char>(end->address.octets[i]);
    append_number(out, from.port);
    append_number(out, to.port);
    return out;
}

} // namespace

std::string proxy_header(proxy_protocol version, const ip_endpoint& from, const ip_endpoint& to)
{
    const bool ipv4 = from.address.is_v4() && to.address.is_v4();
    switch (version) {
    case proxy_protocol::off:
        return {};
    case proxy_protocol::v1:
        return version_1(from, to, ipv4);
    case proxy_protocol::v2:
        break;
    }
    return version_2(from, to, ipv4);
}

std::string proxy_header_for_nobody(proxy_protocol version, const ip_endpoint& from,
                                    const ip_endpoint& to)
{
    return version == proxy_protocol::v2 ? begin(version_2_local, unspecified, 0)
                                         : proxy_header(version, from, to);
}

} // namespace v6front
