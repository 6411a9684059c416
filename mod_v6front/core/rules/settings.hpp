// SPDX-License-Identifier: Apache-2.0
//
// What an operator may set about an exchange, at server, virtual host, location or route. Unset is
// not default: a value that was never written is an empty optional, inherits, and meets its default
// only in `resolve`, once all levels have been merged.
#pragma once

#include "core/base/duration.hpp"
#include "core/base/octets.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
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
    std::optional<bool> via;                     // V6FrontVia
    std::optional<bool> add_headers;             // V6FrontAddHeaders
    std::optional<milliseconds> connect_timeout; // V6FrontTimeout connect=
    std::optional<milliseconds> response_timeout;
    std::optional<milliseconds> idle_timeout;
    std::optional<bool> self; // self=on: the backend may be one of this server's own listeners
    std::optional<std::uint64_t> most_buffered; // bufferbody=
    std::optional<unsigned> most_in_flight;     // max=, of a route
    std::optional<unsigned> most_queued;        // queue=
    std::optional<std::size_t> most_head;       // head=
    std::optional<bool> reuse;                  // reuse=, of a route
    std::optional<unsigned> most_idle;          // maxidle=, of a route
};

// `over` wins where it is set.
exchange_settings merge(const exchange_settings& base, const exchange_settings& over);

// Sets one key of `key=value`: connect, response, idle (durations), preservehost, via, addheaders,
// self, reuse (on|off), head, bufferbody (octets), max, queue, maxidle (numbers).
// Keys are case-insensitive. Throws setting_error, naming key, value and what would be right.
void set_option(exchange_settings& settings, std::string_view key_value);

// Throws setting_error if two of the words of a directive have the same key ("max=1 max=2"). Words
// without "=" do not count.
void check_keys_differ(std::span<const std::string_view> words);

// "on" or "off", case-insensitive; throws setting_error naming the value, and `what` unless that is
// empty, where the message begins with the directive's name in any case.
bool parse_on_off(std::string_view what, std::string_view value);

// The settings in force for one exchange.
struct exchange_rules {
    bool preserve_host = true;
    bool via = true;
    bool add_headers = true;
    milliseconds connect_timeout{3000};
    milliseconds response_timeout{60000};
    milliseconds idle_timeout{60000};
    bool self = false;
    // A body of unknown length is read up to here before it is sent with its length; 0: never, it
    // is streamed in chunks.
    std::uint64_t most_buffered = 0;
    unsigned most_in_flight = 0; // 0: without limit
    unsigned most_queued = 0;
    std::size_t most_head = 64 * 1024;
    bool reuse = true; // of connections to the site
    std::uint32_t most_idle = std::numeric_limits<std::uint32_t>::max(); // to each of its addresses
};

// `timeout` is httpd's own Timeout, the default of response and idle.
exchange_rules resolve(const exchange_settings& settings, milliseconds timeout);

// How names of backends are looked up: V6FrontResolve, one for the whole server.
struct resolve_rules {
    milliseconds refresh{30000};      // between two lookups of a name that is known
    milliseconds max_stale{86400000}; // how long the last good answer serves when no new one comes
    milliseconds timeout{5000};       // a lookup that takes longer counts as failed
};

// Sets one of refresh=, max-stale=, timeout=. Throws setting_error like the above.
void set_option(resolve_rules& rules, std::string_view key_value);

} // namespace v6front
