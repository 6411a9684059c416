// SPDX-License-Identifier: Apache-2.0
//
// What an operator may set about an exchange, at server, virtual host, location or route. Unset is
// not default: a value that was never written is an empty optional, inherits, and meets its default
// only in `resolve`, once all levels have been merged.
//
// A new key is a member of exchange_settings, its default in exchange_rules, and a row of
// setting_rows: one without the other does not compile.
#pragma once

#include "core/base/duration.hpp"
#include "core/base/member_count.hpp"
#include "added_headers.hpp"
#include "key_rows.hpp"
#include "source_pool.hpp"
#include "status_set.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

namespace v6front
{

struct exchange_settings {
    std::optional<bool> preserve_host;
    std::optional<bool> via;
    std::optional<added_headers> add_headers;
    std::optional<bool> cookie_secure; // given to cookies that a client gets over TLS
    std::optional<milliseconds> connect_timeout;
    std::optional<milliseconds> response_timeout;
    std::optional<milliseconds> idle_timeout;
    std::optional<bool> self; // the backend may be one of this server's own listeners
    std::optional<std::uint64_t> max_buffered;
    std::optional<unsigned> max_in_flight;
    std::optional<unsigned> max_queued;
    std::optional<std::size_t> max_head;
    std::optional<bool> reuse;
    std::optional<unsigned> max_idle;
    std::optional<v6front::proxy_protocol> proxy_protocol;
    std::optional<std::shared_ptr<const source_pool>> sources; // none: as the system chooses
    std::optional<status_set> error_override;
    std::optional<spread_by> spread;
};

// The settings in force for one exchange.
struct exchange_rules {
    bool preserve_host = true;
    bool via = true;
    added_headers add_headers{};
    bool cookie_secure = false;
    milliseconds connect_timeout{3000};
    milliseconds response_timeout{60000};
    milliseconds idle_timeout{60000};
    bool self = false;
    // A body of unknown length is read up to here before it is sent with its length; 0: never, it
    // is streamed in chunks.
    std::uint64_t max_buffered = 0;
    unsigned max_in_flight = 0; // 0: without limit
    unsigned max_queued = 0;
    std::size_t max_head = 64 * 1024;
    bool reuse = true; // of connections to the site
    std::uint32_t max_idle = std::numeric_limits<std::uint32_t>::max(); // to each of its addresses
    v6front::proxy_protocol proxy_protocol = v6front::proxy_protocol::off;
    std::shared_ptr<const source_pool> sources{};
    status_set error_override{}; // errors of the site that get httpd's own page
    spread_by spread = spread_by::load;
};

// One key of V6FrontPass.
template <class Value> struct setting_row {
    std::string_view key;
    std::optional<Value> exchange_settings::*member;
    Value exchange_rules::*rule;
    Value (*parse)(std::string_view key, std::string_view value);
    // What sets it at server, virtual host and location: a directive that takes this key among
    // others, or the value alone. Empty: only a route has it.
    std::string_view directive{};
    // What holds where nobody has set it, after the rows above; nullptr: what exchange_rules says.
    Value (*unset)(const exchange_rules& rules, milliseconds timeout) = nullptr;
};

// `timeout` is httpd's own Timeout.
constexpr milliseconds as_timeout(const exchange_rules&, milliseconds timeout)
{
    return timeout;
}
// As many as are served may wait to be: each waits no longer than one turn, on the whole.
constexpr unsigned as_in_flight(const exchange_rules& rules, milliseconds)
{
    return rules.max_in_flight;
}

// clang-format off
inline constexpr std::tuple setting_rows{
    setting_row<milliseconds>{"connect", &exchange_settings::connect_timeout, &exchange_rules::connect_timeout, parse_timeout, "V6FrontTimeout"},
    setting_row<milliseconds>{"response", &exchange_settings::response_timeout, &exchange_rules::response_timeout, parse_timeout, "V6FrontTimeout", as_timeout},
    setting_row<milliseconds>{"idle", &exchange_settings::idle_timeout, &exchange_rules::idle_timeout, parse_timeout, "V6FrontTimeout", as_timeout},
    setting_row<bool>{"preservehost", &exchange_settings::preserve_host, &exchange_rules::preserve_host, parse_on_off, "V6FrontPreserveHost"},
    setting_row<bool>{"via", &exchange_settings::via, &exchange_rules::via, parse_on_off, "V6FrontVia"},
    setting_row<added_headers>{"addheaders", &exchange_settings::add_headers, &exchange_rules::add_headers, parse_added_headers, "V6FrontAddHeaders"},
    setting_row<bool>{"cookiesecure", &exchange_settings::cookie_secure, &exchange_rules::cookie_secure, parse_on_off, "V6FrontCookieSecure"},
    setting_row<std::size_t>{"head", &exchange_settings::max_head, &exchange_rules::max_head, parse_head_size},
    setting_row<bool>{"self", &exchange_settings::self, &exchange_rules::self, parse_on_off},
    setting_row<std::uint64_t>{"bufferbody", &exchange_settings::max_buffered, &exchange_rules::max_buffered, parse_buffer_size},
    setting_row<unsigned>{"max", &exchange_settings::max_in_flight, &exchange_rules::max_in_flight, parse_count<1>},
    setting_row<unsigned>{"queue", &exchange_settings::max_queued, &exchange_rules::max_queued, parse_count<0>, {}, as_in_flight},
    setting_row<bool>{"reuse", &exchange_settings::reuse, &exchange_rules::reuse, parse_on_off},
    setting_row<unsigned>{"maxidle", &exchange_settings::max_idle, &exchange_rules::max_idle, parse_max_idle},
    setting_row<proxy_protocol>{"proxyprotocol", &exchange_settings::proxy_protocol, &exchange_rules::proxy_protocol, parse_proxy_protocol, "V6FrontProxyProtocol"},
    setting_row<std::shared_ptr<const source_pool>>{"bindv4", &exchange_settings::sources, &exchange_rules::sources, parse_source_pool, "V6FrontBindV4"},
    setting_row<status_set>{"erroroverride", &exchange_settings::error_override, &exchange_rules::error_override, parse_status_set, "V6FrontErrorOverride"},
    setting_row<spread_by>{"spread", &exchange_settings::spread, &exchange_rules::spread, parse_spread},
};
// clang-format on
static_assert(member_count<exchange_settings>() == std::tuple_size_v<decltype(setting_rows)>);
static_assert(member_count<exchange_rules>() == std::tuple_size_v<decltype(setting_rows)>);

// `over` wins where it is set; a value that is relative (added_headers) changes that of `base`.
exchange_settings merge(const exchange_settings& base, const exchange_settings& over);

// Sets one key of `key=value`. Throws setting_error, naming key, value and what would be right.
void set_option(exchange_settings& settings, std::string_view key_value);

// Sets what a directive sets by its value alone (V6FrontVia). Throws setting_error, naming the
// value and what would be right.
void set_by_directive(exchange_settings& settings, std::string_view directive,
                      std::string_view value);

// The keys that a directive takes (V6FrontTimeout).
std::vector<std::string_view> keys_of_directive(std::string_view directive);

// `timeout` is httpd's own Timeout, the default of response and idle.
exchange_rules resolve(const exchange_settings& settings, milliseconds timeout);

// How names of backends are looked up: V6FrontResolve, one for the whole server.
struct resolve_rules {
    milliseconds refresh{30000};      // between two lookups of a name that is known
    milliseconds max_stale{86400000}; // how long the last good answer serves when no new one comes
    milliseconds timeout{5000};       // a lookup that takes longer counts as failed
};

inline constexpr std::tuple resolve_rows{
    key_row<resolve_rules, milliseconds>{"refresh", &resolve_rules::refresh, parse_timeout},
    key_row<resolve_rules, milliseconds>{"max-stale", &resolve_rules::max_stale, parse_timeout},
    key_row<resolve_rules, milliseconds>{"timeout", &resolve_rules::timeout, parse_timeout},
};
static_assert(member_count<resolve_rules>() == std::tuple_size_v<decltype(resolve_rows)>);

// Sets one of refresh=, max-stale=, timeout=. Throws setting_error like the above.
void set_option(resolve_rules& rules, std::string_view key_value);

} // namespace v6front
