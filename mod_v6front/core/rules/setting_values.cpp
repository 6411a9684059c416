// SPDX-License-Identifier: Apache-2.0

#include "setting_values.hpp"

#include "core/base/ascii.hpp"
#include "core/base/numbers.hpp"
#include "core/base/octets.hpp"

namespace v6front
{

void refuse_value(std::string_view key, std::string_view value, std::string_view right)
{
    std::string sentence(key);
    sentence.append(key.empty() ? "\"" : "=\"").append(value).append("\" must be ").append(right);
    throw setting_error(sentence);
}

bool parse_on_off(std::string_view key, std::string_view value)
{
    if (iequals(value, "on"))
        return true;
    if (iequals(value, "off"))
        return false;
    throw setting_error(std::string(key) + (key.empty() ? "" : " ") +
                        "must be \"on\" or \"off\", not \"" + std::string(value) + "\"");
}

milliseconds parse_timeout(std::string_view key, std::string_view value)
{
    const auto duration = parse_duration(value);
    if (!duration)
        refuse_value(key, value,
                     "a duration in seconds or with a unit, such as 3, 500ms, 2min or 1h, "
                     "above 0 and at most 24 hours");
    return *duration;
}

unsigned parse_count(std::string_view key, std::string_view value, unsigned least)
{
    constexpr unsigned most = 100000;
    const auto n = parse_number<unsigned>(value, least, most);
    if (!n)
        refuse_value(key, value,
                     "a number from " + std::to_string(least) + " to " + std::to_string(most));
    return *n;
}

// A response head is in memory as a whole, once for each exchange.
std::size_t parse_head_size(std::string_view key, std::string_view value)
{
    const auto octets = parse_octets(value);
    if (!octets || *octets < 1024 || *octets > 16 * 1024 * 1024)
        refuse_value(key, value, "a number of octets from 1k to 16M, such as 64k or 65536");
    return static_cast<std::size_t>(*octets);
}

std::uint64_t parse_buffer_size(std::string_view, std::string_view value)
{
    const auto octets = parse_octets(value);
    if (!octets)
        refuse_value("bufferbody", value,
                     "a number of octets such as 65536, 64K or 1M, above 0 and at most 1G");
    return *octets;
}

unsigned parse_max_idle(std::string_view key, std::string_view value)
{
    if (value == "0")
        refuse_value("maxidle", value,
                     "a number from 1 to 100000; to keep no connection open, use reuse=off");
    return parse_count(key, value, 1);
}

proxy_protocol parse_proxy_protocol(std::string_view key, std::string_view value)
{
    if (iequals(value, "off"))
        return proxy_protocol::off;
    if (iequals(value, "v1"))
        return proxy_protocol::v1;
    if (!iequals(value, "v2"))
        refuse_value(key, value, "\"v1\" (text), \"v2\" (binary) or \"off\"");
    return proxy_protocol::v2;
}

spread_by parse_spread(std::string_view key, std::string_view value)
{
    if (iequals(value, "client"))
        return spread_by::client;
    if (!iequals(value, "load"))
        refuse_value(key, value, "\"load\" or \"client\"");
    return spread_by::load;
}

} // namespace v6front
