// SPDX-License-Identifier: Apache-2.0
//
// Whole numbers as configurations, URLs and messages write them: decimal digits. No sign, no
// blank, nothing that does not fit into the type.
#pragma once

#include <charconv>
#include <concepts>
#include <limits>
#include <optional>
#include <string_view>

namespace v6front
{

// The number that a text begins with, which is taken off it. A text that begins with none stays as
// it is.
template <std::unsigned_integral T> std::optional<T> take_number(std::string_view& text) noexcept
{
    T n = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (ec != std::errc())
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return n;
}

// The number that a text is, from `least` to `most`.
template <std::unsigned_integral T>
std::optional<T> parse_number(std::string_view text, T least = 0,
                              T most = std::numeric_limits<T>::max()) noexcept
{
    const auto n = take_number<T>(text);
    return n && text.empty() && *n >= least && *n <= most ? n : std::nullopt;
}

} // namespace v6front
