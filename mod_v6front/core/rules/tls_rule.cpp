// SPDX-License-Identifier: Apache-2.0

#include "tls_rule.hpp"

#include "backend_url.hpp"

#include <array>

namespace v6front
{

namespace
{

constexpr std::array<std::string_view, 4> versions{"1.0", "1.1", "1.2", "1.3"};

} // namespace

std::string parse_file_name(std::string_view key, std::string_view value)
{
    if (value.empty())
        refuse_value(key, value, "the name of a file, relative to ServerRoot or absolute");
    return std::string(value);
}

std::string parse_tls_name(std::string_view, std::string_view value)
{
    return parse_host_name(value);
}

tls_version parse_tls_version(std::string_view key, std::string_view value)
{
    for (std::size_t i = 0; i < versions.size(); ++i)
        if (value == versions[i])
            return static_cast<tls_version>(i);
    refuse_value(key, value, "the oldest TLS version that is accepted: 1.0, 1.1, 1.2 or 1.3");
}

void set_option(tls_rule& rule, std::string_view key_value)
{
    if (!set_key(rule, require_key_value(key_value), tls_rows))
        refuse_key(key_value, keys_of(tls_rows));
}

void complete(tls_rule& rule)
{
    if (!rule.verify && !rule.ca.empty())
        throw setting_error("ca=\"" + rule.ca +
                            "\" has no effect with verify=off: remove one of the two");
    if (rule.cert.empty() && !rule.key.empty())
        throw setting_error("key=\"" + rule.key + "\" needs cert=, the certificate of that key");
    if (rule.key.empty())
        rule.key = rule.cert;
}

std::string_view to_string(tls_version version) noexcept
{
    return versions[static_cast<std::size_t>(version)];
}

} // namespace v6front
