// SPDX-License-Identifier: Apache-2.0

#include "handshake_directive.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

bool has_word(std::string_view args, std::string_view wanted) noexcept
{
    while (!args.empty()) {
        const auto word = args.substr(0, args.find_first_of(" \t\"'"));
        if (iequals(word, wanted))
            return true;
        args.remove_prefix(std::min(args.size(), word.size() + 1));
    }
    return false;
}

// "none" asks for less than there is, and needs no handshake (mod_ssl, ssl_hook_Access).
bool shakes_hands(std::string_view name, std::string_view args) noexcept
{
    return (iequals(name, "SSLVerifyClient") && !has_word(args, "none")) ||
           iequals(name, "SSLVerifyDepth") || iequals(name, "SSLCipherSuite");
}

bool allows_in_files(std::string_view name, std::string_view args) noexcept
{
    return (iequals(name, "AllowOverride") &&
            (has_word(args, "All") || has_word(args, "AuthConfig"))) ||
           (iequals(name, "AllowOverrideList") &&
            (has_word(args, "SSLVerifyClient") || has_word(args, "SSLVerifyDepth") ||
             has_word(args, "SSLCipherSuite")));
}

// With these a request may be served by another virtual host than TLS's handshake was with, whose
// own SSLVerifyClient or SSLCipherSuite then counts.
bool mixes_hosts(std::string_view name, std::string_view args) noexcept
{
    return iequals(name, "SSLVHostSNIPolicy") &&
           (has_word(args, "authonly") || has_word(args, "insecure"));
}

} // namespace

handshake_need handshake_need_of(std::string_view name, std::string_view args,
                                 bool in_section) noexcept
{
    return {mixes_hosts(name, args) || (in_section && shakes_hands(name, args)),
            in_section && allows_in_files(name, args)};
}

} // namespace v6front
