// SPDX-License-Identifier: Apache-2.0

#include "set_aside.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <array>

namespace v6front
{

task<void> set_aside(response_reader& response, const response_head& head,
                     const exchange_rules& rules, outcome& record)
{
    constexpr std::size_t max_octets = 64 * 1024;
    constexpr std::chrono::milliseconds max_time{200};
    record.status = head.status;
    auto& kept = record.overridden.emplace();
    for (const auto& f : head.fields)
        for (const std::string_view name : {"WWW-Authenticate", "Allow", "Retry-After"})
            if (iequals(f.name, name))
                kept.emplace_back(f.name, f.value);
    std::array<char, 8192> unseen;
    const auto until = deadline::clock::now() + std::min(max_time, rules.idle_timeout);
    for (std::size_t octets = 0; octets < max_octets && !response.is_complete();) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - deadline::clock::now());
        const auto n =
            co_await response.read_body(unseen, std::max(left, std::chrono::milliseconds(0)));
        if (!n)
            co_return; // it is closed, and nobody misses the rest
        octets += *n;
    }
}

} // namespace v6front
