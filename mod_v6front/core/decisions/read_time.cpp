// SPDX-License-Identifier: Apache-2.0

#include "read_time.hpp"

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

// Nobody earns more: some thirty years, in seconds.
constexpr std::uint64_t max_earned = 1'000'000'000;

} // namespace

std::optional<read_time> parse_read_time(std::string_view word, std::string_view stage)
{
    if (!take(word, stage) || !take(word, "="))
        return std::nullopt;
    const auto first = take_number<unsigned>(word);
    const bool has_range = take(word, "-");
    const auto most = has_range ? take_number<unsigned>(word) : 0u;
    const bool has_rate = take(word, ",minrate=");
    const auto rate = has_rate ? take_number<unsigned>(word) : 0u;
    if (!first || !most || !rate || !word.empty() || (has_range && !has_rate))
        return std::nullopt;
    return read_time{std::chrono::seconds(*first), std::chrono::seconds(*most), *rate};
}

std::optional<std::chrono::steady_clock::duration> read_time::allowed(
    std::uint64_t octets) const noexcept
{
    if (first.count() == 0)
        return std::nullopt;
    std::chrono::steady_clock::duration all = first;
    if (min_rate > 0)
        all += std::chrono::seconds(std::min(octets / min_rate, max_earned)) +
               std::chrono::milliseconds(1000 * (octets % min_rate) / min_rate);
    if (most.count() > 0)
        all = std::min<std::chrono::steady_clock::duration>(all, most);
    return all;
}

std::optional<body_account::duration> body_account::left() const noexcept
{
    const auto allowed = rule_.allowed(octets_);
    return allowed ? std::optional(*allowed - waited_) : std::nullopt;
}

} // namespace v6front
