// SPDX-License-Identifier: Apache-2.0
//
// A health check as the operator asks for it with V6FrontCheck: what to ask a backend, how often,
// and which answers are good.
#pragma once

#include "settings.hpp"

namespace v6front
{

struct check_rule {
    std::string uri = "/";
    std::string host; // empty: the name of the server that the check belongs to
    milliseconds interval{5000};
    int lowest = 200; // status codes that pass
    int highest = 399;

    bool passes(int status) const noexcept { return status >= lowest && status <= highest; }
};

// Sets one of uri=, host=, interval=, status=. Keys are case-insensitive. Throws setting_error,
// naming key, value and what would be right.
void set_option(check_rule& rule, std::string_view key_value);

// The status code of a response's first line; 0 if that is no response, nullopt if more is needed.
std::optional<int> status_of(std::string_view response) noexcept;

} // namespace v6front
