// SPDX-License-Identifier: Apache-2.0
#include "target_form.hpp"

#include "fields.hpp"
#include "reference.hpp"

namespace v6front
{

target_form form_of(std::string_view method, std::string_view raw) noexcept
{
    using kind = target_form::kind;
    if (method == "CONNECT")
        return {kind::authority};
    if (raw.starts_with('/'))
        return {kind::origin};
    if (raw == "*")
        return {method == "OPTIONS" ? kind::asterisk : kind::none};
    const std::size_t colon = raw.find("://");
    const auto parts = split_reference(raw);
    if (!parts || colon != parts->scheme.size() || !parts->authority)
        return {};
    // User information is not for http URLs (RFC 9110 4.2.4), and an empty host is invalid.
    const host_port named = split_authority(*parts->authority);
    std::string_view host = named.host;
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    if (host.empty() || host.find_first_of("@[]") != std::string_view::npos)
        return {};
    return {kind::absolute, parts->scheme, *parts->authority, host};
}

std::optional<failure> unfit_form(const target_form& form, std::string_view own_scheme,
                                  bool own_host)
{
    switch (form.form) {
    case target_form::kind::origin:
    case target_form::kind::asterisk:
        return std::nullopt;
    case target_form::kind::authority:
        return failure{reason::no_tunnel, {}, {}};
    case target_form::kind::absolute:
        if (own_host && iequals(form.scheme, own_scheme))
            return std::nullopt;
        return failure{reason::misdirected,
                       {},
                       std::string(form.scheme) + "://" + std::string(form.authority)};
    case target_form::kind::none:
        break;
    }
    return failure{reason::unfit_target, {}, "neither a path nor the URL of a site"};
}

bool has_encoded_slash(std::string_view path) noexcept
{
    for (auto at = path.find('%'); at != path.npos; at = path.find('%', at + 1))
        if (iequals(path.substr(at + 1, 2), "2f"))
            return true;
    return false;
}

} // namespace v6front
