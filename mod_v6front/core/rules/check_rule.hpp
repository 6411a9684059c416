// SPDX-License-Identifier: Apache-2.0
//
// A health check as the operator asks for it with V6FrontCheck: what to ask a backend, how often,
// and which answers are good.
#pragma once

#include "core/base/member_count.hpp"
#include "key_rows.hpp"

namespace v6front
{

struct status_range {
    int lowest = 200;
    int highest = 399;
};

struct check_rule {
    std::string uri = "/";
    std::string host; // empty: the name of the server that the check belongs to
    milliseconds interval{5000};
    status_range passing{};

    bool passes(int status) const noexcept
    {
        return status >= passing.lowest && status <= passing.highest;
    }
};

std::string parse_check_uri(std::string_view key, std::string_view value);
std::string parse_check_host(std::string_view key, std::string_view value);
milliseconds parse_check_interval(std::string_view key, std::string_view value);
status_range parse_status_range(std::string_view key, std::string_view value);

inline constexpr std::tuple check_rows{
    key_row<check_rule, std::string>{"uri", &check_rule::uri, parse_check_uri},
    key_row<check_rule, std::string>{"host", &check_rule::host, parse_check_host},
    key_row<check_rule, milliseconds>{"interval", &check_rule::interval, parse_check_interval},
    key_row<check_rule, status_range>{"status", &check_rule::passing, parse_status_range},
};
static_assert(member_count<check_rule>() == std::tuple_size_v<decltype(check_rows)>);

// Sets one of uri=, host=, interval=, status=. Throws setting_error, naming key, value and what
// would be right.
void set_option(check_rule& rule, std::string_view key_value);

// The status code of a response's first line; 0 if that is no response, nullopt if more is needed.
std::optional<int> status_of(std::string_view response) noexcept;

} // namespace v6front
