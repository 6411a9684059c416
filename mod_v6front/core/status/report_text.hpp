// SPDX-License-Identifier: Apache-2.0
//
// Text and numbers as the forms of the status page need them. What an operator has written, or a
// name server has said, is text in each of them, and UTF-8: octets that are none become U+FFFD.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace v6front
{

std::string as_utf8(std::string_view text);
std::string html_text(std::string_view text);  // also within an attribute
std::string label_text(std::string_view text); // of Prometheus, with its quotation marks
std::string line_text(std::string_view text);  // on one line

// Classes of statuses in JSON and for Prometheus, where traffic_at::requests has them.
inline constexpr std::array<std::string_view, 6> status_classes{"none", "1xx", "2xx",
                                                                "3xx",  "4xx", "5xx"};

// "0.017", "12": seconds, without zeros at the end.
std::string seconds_of(std::uint64_t microseconds);
inline std::string seconds_of_ms(std::int64_t ms)
{
    return seconds_of(ms > 0 ? static_cast<std::uint64_t>(ms) * 1000 : 0);
}

// For people: "12 s", "5 min", "3 h", "2 d".
std::string duration_words(std::int64_t milliseconds);
// "850 us", "12 ms", "2.5 s".
std::string latency_words(std::uint64_t microseconds);
// "1.2 MB".
std::string size_words(std::uint64_t octets);

} // namespace v6front
