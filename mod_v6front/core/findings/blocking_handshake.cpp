// SPDX-License-Identifier: Apache-2.0

#include "blocking_handshake.hpp"

#include "core/base/ascii.hpp"

namespace v6front
{

namespace
{

constexpr std::string_view off = "off";

// Caches that other machines keep (mod_ssl, ssl_callback_NewSessionCacheEntry).
constexpr std::string_view remote_caches[] = {"memcache", "redis", "dc"};

std::string_view first_word(std::string_view args) noexcept
{
    const auto begin = args.find_first_not_of(" \t\"'");
    if (begin == args.npos)
        return {};
    args.remove_prefix(begin);
    return args.substr(0, args.find_first_of(" \t\"'"));
}

bool is_remote_cache(std::string_view word) noexcept
{
    const auto provider = word.substr(0, word.find(':'));
    for (const auto remote : remote_caches)
        if (iequals(provider, remote))
            return true;
    return false;
}

} // namespace

handshake_wait handshake_wait_of(std::string_view name, std::string_view args) noexcept
{
    const auto word = first_word(args);
    if (iequals(name, "SSLUseStapling"))
        return {"SSLUseStapling", !iequals(word, off)};
    if (iequals(name, "SSLOCSPEnable"))
        return {"SSLOCSPEnable", !iequals(word, off)};
    if (iequals(name, "SSLSessionCache"))
        return {"SSLSessionCache", is_remote_cache(word)};
    return {};
}

} // namespace v6front
