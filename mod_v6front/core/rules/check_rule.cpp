// SPDX-License-Identifier: Apache-2.0

#include "check_rule.hpp"

#include "core/message/fields.hpp"
#include "backend_url.hpp"

#include <algorithm>
#include <charconv>

namespace v6front
{

namespace
{

[[noreturn]] void refuse(std::string_view key, std::string_view value, const char* right)
{
    throw setting_error(std::string(key) + "=\"" + std::string(value) + "\" must be " + right);
}

int parse_status(std::string_view text) noexcept
{
    int status = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), status);
    const bool whole = ec == std::errc() && end == text.data() + text.size();
    return whole && text.size() == 3 && status >= 100 && status <= 599 ? status : 0;
}

void set_status(check_rule& rule, std::string_view key, std::string_view value)
{
    const auto dash = value.find('-');
    const int lowest = parse_status(value.substr(0, dash));
    const int highest =
        dash == std::string_view::npos ? lowest : parse_status(value.substr(dash + 1));
    if (lowest == 0 || highest < lowest)
        refuse(key, value, "a status code such as 200, or a range of them such as 200-399");
    rule.lowest = lowest;
    rule.highest = highest;
}

// It is written into a request as it stands.
bool is_target(std::string_view uri) noexcept
{
    return uri.starts_with('/') &&
           std::all_of(uri.begin(), uri.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

} // namespace

void set_option(check_rule& rule, std::string_view key_value)
{
    const auto equals = key_value.find('=');
    const auto key = key_value.substr(0, equals);
    const auto value =
        equals == std::string_view::npos ? std::string_view() : key_value.substr(equals + 1);
    if (equals != std::string_view::npos && iequals(key, "uri")) {
        if (!is_target(value))
            refuse(key, value,
                   "a path such as /health; characters that a URL cannot have must be "
                   "percent-encoded");
        rule.uri = value;
    } else if (equals != std::string_view::npos && iequals(key, "host")) {
        rule.host = parse_backend_url("http://" + std::string(value)).authority();
    } else if (equals != std::string_view::npos && iequals(key, "interval")) {
        const auto interval = parse_duration(value);
        if (!interval || *interval < milliseconds(100))
            refuse(key, value, "a duration such as 5, 500ms or 1min, at least 100ms");
        rule.interval = *interval;
    } else if (equals != std::string_view::npos && iequals(key, "status")) {
        set_status(rule, key, value);
    } else {
        throw setting_error("\"" + std::string(key_value) +
                            "\" must be one of uri=, host=, interval= and status=, such as "
                            "uri=/health or status=200-399");
    }
}

std::optional<int> status_of(std::string_view response) noexcept
{
    constexpr std::string_view begin = "HTTP/1.";
    constexpr std::size_t size = 12; // HTTP/1.1 200
    const auto known = response.substr(0, begin.size());
    if (!begin.starts_with(known))
        return 0;
    if (response.size() < size)
        return std::nullopt;
    return response[8] == ' ' ? parse_status(response.substr(9, 3)) : 0;
}

} // namespace v6front
