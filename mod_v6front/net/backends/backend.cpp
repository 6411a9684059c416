// SPDX-License-Identifier: Apache-2.0

#include "backend.hpp"

namespace v6front
{

backend make_backend(const backend_url& url, name_numbers& numbers,
                     std::span<const asio::ip::address_v4> addresses,
                     std::span<const std::string> names)
{
    backend made{url, url.authority(), {}, {}};
    for (const auto& address : addresses)
        made.addresses.emplace_back(address, url.port);
    for (const auto& name : names)
        made.names.push_back(numbers(name));
    if (addresses.empty() && names.empty()) {
        if (const auto literal = parse_ipv4(url.host))
            made.addresses.emplace_back(asio::ip::address_v4(*literal), url.port);
        else
            made.names.push_back(numbers(url.host));
    }
    return made;
}

} // namespace v6front
