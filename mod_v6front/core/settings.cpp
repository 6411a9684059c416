// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include "fields.hpp"

namespace v6front
{
namespace
{

std::string quoted(std::string_view text)
{
    std::string q = "\"";
    q += text;
    q += '"';
    return q;
}

milliseconds parse_timeout(std::string_view key, std::string_view value)
{
    const auto duration = parse_duration(value);
    if (!duration) {
        throw setting_error(std::string(key) + "=" + quoted(value) +
                            " must be a whole number of seconds, or one with the unit ms, s, min "
                            "or h, above 0 and at most 24 hours");
    }
    return *duration;
}

template <class T>
std::optional<T> either(const std::optional<T>& over, const std::optional<T>& base)
{
    return over ? over : base;
}

} // namespace

exchange_settings merge(const exchange_settings& base, const exchange_settings& over)
{
    exchange_settings s;
    s.preserve_host = either(over.preserve_host, base.preserve_host);
    s.connect_timeout = either(over.connect_timeout, base.connect_timeout);
    s.response_timeout = either(over.response_timeout, base.response_timeout);
    s.idle_timeout = either(over.idle_timeout, base.idle_timeout);
    return s;
}

void set_option(exchange_settings& settings, std::string_view key_value)
{
    const std::size_t equals = key_value.find('=');
    if (equals == std::string_view::npos) {
        throw setting_error(quoted(key_value) + " must be written key=value");
    }
    const std::string_view key = key_value.substr(0, equals);
    const std::string_view value = key_value.substr(equals + 1);
    if (iequals(key, "connect")) {
        settings.connect_timeout = parse_timeout(key, value);
    } else if (iequals(key, "response")) {
        settings.response_timeout = parse_timeout(key, value);
    } else if (iequals(key, "idle")) {
        settings.idle_timeout = parse_timeout(key, value);
    } else if (iequals(key, "preservehost")) {
        settings.preserve_host = parse_on_off(key, value);
    } else {
        throw setting_error("the key of " + quoted(key_value) +
                            " must be one of connect, response, idle, preservehost");
    }
}

bool parse_on_off(std::string_view what, std::string_view value)
{
    if (iequals(value, "on")) {
        return true;
    }
    if (iequals(value, "off")) {
        return false;
    }
    throw setting_error(std::string(what) + " must be \"on\" or \"off\", not " + quoted(value));
}

exchange_rules resolve(const exchange_settings& settings, milliseconds timeout)
{
    exchange_rules rules;
    rules.preserve_host = settings.preserve_host.value_or(rules.preserve_host);
    rules.connect_timeout = settings.connect_timeout.value_or(rules.connect_timeout);
    rules.response_timeout = settings.response_timeout.value_or(timeout);
    rules.idle_timeout = settings.idle_timeout.value_or(timeout);
    return rules;
}

} // namespace v6front
