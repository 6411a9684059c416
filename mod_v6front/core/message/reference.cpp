// SPDX-License-Identifier: Apache-2.0
#include "reference.hpp"

#include "fields.hpp"

#include <algorithm>

namespace v6front
{
namespace
{

std::string_view port_beyond_default(std::string_view port) noexcept
{
    return port == "80" || port == "443" ? std::string_view{} : port;
}

} // namespace

std::optional<reference> split_reference(std::string_view url) noexcept
{
    reference r;
    if (!url.starts_with('/')) {
        const std::size_t colon = url.find(':');
        r.scheme = url.substr(0, colon);
        if (!iequals(r.scheme, "http") && !iequals(r.scheme, "https"))
            return std::nullopt;
        url.remove_prefix(r.scheme.size() + (colon == std::string_view::npos ? 0 : 1));
        if (!url.starts_with("//"))
            return std::nullopt;
    }
    if (url.starts_with("//")) {
        url.remove_prefix(2);
        r.authority = url.substr(0, url.find_first_of("/?#"));
        url.remove_prefix(r.authority->size());
    }
    const std::size_t end = std::min(url.find_first_of("?#"), url.size());
    r.path = end == 0 ? "/" : url.substr(0, end);
    r.rest = url.substr(end);
    return r;
}

host_port split_authority(std::string_view authority) noexcept
{
    const std::size_t bracket = authority.rfind(']');
    const std::size_t colon = authority.rfind(':');
    if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket))
        return {authority, {}};
    return {authority.substr(0, colon), authority.substr(colon + 1)};
}

bool names_authority(const reference& r, const front_origin& origin) noexcept
{
    if (!r.authority)
        return false;
    const host_port named = split_authority(*r.authority);
    const host_port ours = split_authority(origin.authority);
    return !ours.host.empty() && iequals(named.host, ours.host) &&
           port_beyond_default(named.port) == port_beyond_default(ours.port);
}

} // namespace v6front
