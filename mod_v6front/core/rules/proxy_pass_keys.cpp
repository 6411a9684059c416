// SPDX-License-Identifier: Apache-2.0

#include "proxy_pass_keys.hpp"

#include "core/base/ascii.hpp"

namespace v6front
{

namespace
{

struct habit {
    std::string_view key;
    std::string_view here;
};
constexpr habit habits[]{
    {"timeout", "is response= here, and idle= for pauses within a body"},
    {"connectiontimeout", "is connect= here"},
    {"disablereuse", "is reuse=off here"},
    {"enablereuse", "is reuse= here"},
    {"smax", "is maxidle= here"},
    {"responsefieldsize", "is head= here"},
    {"stickysession", "is spread=client here"},
    {"route", "is spread=client here"},
    {"retry", "is not needed here: an address that fails is avoided, and tried in the background"},
    {"acquire", "is not needed here: no request waits for a connection, unless max= says so"},
    {"keepalive", "is not needed here: idle connections are watched"},
    {"ttl", "is not needed here: idle connections are closed before the site closes them"},
    {"addressttl", "is not needed here: V6FrontResolve says how often names are looked up"},
    {"min", "is not needed here: connections are made when requests need them"},
    {"ping", "is not needed here: a connection that has died is replaced"},
    {"flushpackets", "is not needed here: nothing is held back"},
    {"flushwait", "is not needed here: nothing is held back"},
    {"upgrade", "is not needed here: WebSockets pass by every rule"},
};

} // namespace

std::string instead_of_proxy_pass_key(std::string_view key)
{
    for (const auto& h : habits)
        if (iequals(h.key, key))
            return std::string(h.key).insert(0, "ProxyPass's ").append("= ").append(h.here);
    return {};
}

} // namespace v6front
