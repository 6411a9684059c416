// SPDX-License-Identifier: Apache-2.0
#include "connection_auth.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <array>

namespace v6front
{

namespace
{

// By how they begin: "Negotiate" has had several names ("Nego2"). CredSSP is WinRM's.
constexpr std::array<std::string_view, 4> schemes{"ntlm", "nego", "kerberos", "credssp"};

bool is_of_connections(std::string_view scheme) noexcept
{
    return std::any_of(schemes.begin(), schemes.end(), [scheme](std::string_view s) {
        return iequals(scheme.substr(0, s.size()), s);
    });
}

// Several challenges may share a field, and a comma may be in quotes (RFC 9110 11.6.1): an element
// that only looks like such a challenge costs a connection, one that were overlooked shows a
// client's pages to others.
bool names_scheme(std::string_view value) noexcept
{
    while (!value.empty()) {
        const std::string_view element = take_element(value);
        const std::string_view scheme = element.substr(0, element.find_first_of(" \t"));
        if (scheme.find('=') == std::string_view::npos && is_of_connections(scheme))
            return true;
    }
    return false;
}

} // namespace

bool logs_connection_in(std::span<const field> request) noexcept
{
    return std::any_of(request.begin(), request.end(), [](const field& f) {
        return f.name.size() == 13 && iequals(f.name, "authorization") && names_scheme(f.value);
    });
}

bool speaks_of_connection_login(std::span<const field> response) noexcept
{
    return std::any_of(response.begin(), response.end(), [](const field& f) {
        switch (f.name.size()) {
        case 15:
            return iequals(f.name, "persistent-auth") && iequals(trim(f.value), "true");
        case 16:
            return iequals(f.name, "www-authenticate") && names_scheme(f.value);
        default:
            return false;
        }
    });
}

} // namespace v6front
