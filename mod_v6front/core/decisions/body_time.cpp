// SPDX-License-Identifier: Apache-2.0

#include "body_time.hpp"

#include "core/base/numbers.hpp"
#include "core/message/fields.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

bool take(std::string_view& text, std::string_view expected)
{
    if (!iequals(text.substr(0, expected.size()), expected))
        return false;
    text.remove_prefix(expected.size());
    return true;
}

// No body earns more: some thirty years, in seconds.
constexpr std::uint64_t max_earned = 1'000'000'000;

} // namespace

std::optional<body_time> parse_body_time(std::string_view word)
{
    if (!take(word, "body="))
        return std::nullopt;
    const auto first = take_number<unsigned>(word);
    const bool has_range = take(word, "-");
    const auto most = has_range ? take_number<unsigned>(word) : 0u;
    const bool has_rate = take(word, ",minrate=");
    const auto rate = has_rate ? take_number<unsigned>(word) : 0u;
    if (!first || !most || !rate || !word.empty() || (has_range && !has_rate))
        return std::nullopt;
    return body_time{std::chrono::seconds(*first), std::chrono::seconds(*most), *rate};
}

std::optional<body_account::duration> body_account::left() const noexcept
{
    if (rule_.first.count() == 0)
        return std::nullopt;
    duration allowed = rule_.first;
    if (rule_.min_rate > 0)
        allowed += std::chrono::seconds(std::min(octets_ / rule_.min_rate, max_earned)) +
                   std::chrono::milliseconds(1000 * (octets_ % rule_.min_rate) / rule_.min_rate);
    if (rule_.most.count() > 0)
        allowed = std::min<duration>(allowed, rule_.most);
    return allowed - waited_;
}

} // namespace v6front
