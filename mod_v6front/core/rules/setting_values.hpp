// SPDX-License-Identifier: Apache-2.0
//
// How the values of key=value words are read. Each parser gets the key as it was written, for its
// words only, and throws setting_error with what would be right.
#pragma once

#include "core/base/duration.hpp"
#include "core/message/proxy_header.hpp"

#include <cstdint>
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

// Throws: key="value" must be `right`. Without a key, where a directive has the value alone.
[[noreturn]] void refuse_value(std::string_view key, std::string_view value,
                               std::string_view right);

// "on" or "off", case-insensitive; the message names `what` unless that is empty, where it begins
// with the directive's name in any case.
bool parse_on_off(std::string_view key, std::string_view value);

milliseconds parse_timeout(std::string_view key, std::string_view value);

// From `least` to 100000.
unsigned parse_count(std::string_view key, std::string_view value, unsigned least);
template <unsigned least> unsigned parse_count(std::string_view key, std::string_view value)
{
    return parse_count(key, value, least);
}

std::size_t parse_head_size(std::string_view key, std::string_view value);     // head=
std::uint64_t parse_buffer_size(std::string_view key, std::string_view value); // bufferbody=
unsigned parse_max_idle(std::string_view key, std::string_view value);         // maxidle=
proxy_protocol parse_proxy_protocol(std::string_view key, std::string_view value);

// Which of several addresses of a backend a request goes to (spread=): one with few requests in
// flight, or the one that is its client's.
enum class spread_by : std::uint8_t { load, client };
spread_by parse_spread(std::string_view key, std::string_view value);

} // namespace v6front
