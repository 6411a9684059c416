// SPDX-License-Identifier: Apache-2.0
//
// What an operator may set about an exchange, at server, virtual host, location or route. Unset is
// not default: a value that was never written is an empty optional, inherits, and meets its default
// only in `resolve`, once all levels have been merged.
#pragma once

#include "duration.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace v6front
{

// A value in the configuration that cannot be used. what() is one sentence for the operator: the
// value and what would be right. Whoever catches it adds directive, file and line.
struct setting_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct exchange_settings {
    std::optional<bool> preserve_host;           // V6FrontPreserveHost
    std::optional<milliseconds> connect_timeout; // V6FrontTimeout connect=
    std::optional<milliseconds> response_timeout;
    std::optional<milliseconds> idle_timeout;
};

// `over` wins where it is set.
exchange_settings merge(const exchange_settings& base, const exchange_settings& over);

// Sets one key of `key=value`: connect, response, idle (durations), preservehost (on|off).
// Keys are case-insensitive. Throws setting_error, naming key, value and what would be right.
void set_option(exchange_settings& settings, std::string_view key_value);

// "on" or "off", case-insensitive; throws setting_error naming `what` and the value.
bool parse_on_off(std::string_view what, std::string_view value);

// The settings in force for one exchange.
struct exchange_rules {
    bool preserve_host = true;
    milliseconds connect_timeout{3000};
    milliseconds response_timeout{60000};
    milliseconds idle_timeout{60000};
};

// `timeout` is httpd's own Timeout, the default of response and idle.
exchange_rules resolve(const exchange_settings& settings, milliseconds timeout);

} // namespace v6front
