// SPDX-License-Identifier: Apache-2.0
#include "redirect_loop.hpp"

#include "core/message/fields.hpp"

namespace v6front
{
namespace
{

std::string_view without_port(std::string_view authority, std::string_view scheme) noexcept
{
    const std::string_view usual = iequals(scheme, "https") ? ":443" : ":80";
    return authority.ends_with(usual) ? authority.substr(0, authority.size() - usual.size())
                                      : authority;
}

} // namespace

bool is_redirect(int status) noexcept
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_same_url(std::string_view location, std::string_view scheme, std::string_view host,
                 std::string_view target) noexcept
{
    location = location.substr(0, location.find('#'));
    if (location.starts_with('/') && !location.starts_with("//"))
        return location == target;
    const std::size_t colon = location.find("://");
    if (colon == std::string_view::npos || !iequals(location.substr(0, colon), scheme))
        return false;
    const std::string_view rest = location.substr(colon + 3);
    const std::size_t slash = rest.find('/');
    const std::string_view path = slash == std::string_view::npos ? "/" : rest.substr(slash);
    return path == target &&
           iequals(without_port(rest.substr(0, slash), scheme), without_port(host, scheme));
}

} // namespace v6front
