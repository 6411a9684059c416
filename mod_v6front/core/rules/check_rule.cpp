// SPDX-License-Identifier: Apache-2.0

#include "check_rule.hpp"

#include "core/base/numbers.hpp"
#include "backend_url.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

int parse_status(std::string_view text) noexcept
{
    const auto status = parse_number<unsigned>(text, 100, 599);
    return status && text.size() == 3 ? static_cast<int>(*status) : 0;
}

// It is written into a request as it stands.
bool is_target(std::string_view uri) noexcept
{
    return uri.starts_with('/') &&
           std::all_of(uri.begin(), uri.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

} // namespace

std::string parse_check_uri(std::string_view key, std::string_view value)
{
    if (!is_target(value))
        refuse_value(key, value,
                     "a path such as /health; characters that a URL cannot have must be "
                     "percent-encoded");
    return std::string(value);
}

std::string parse_check_host(std::string_view key, std::string_view value)
{
    if (value.find('/') != value.npos)
        refuse_value(key, value,
                     "a host name, with a port if the site wants one, such as www.example.org or "
                     "www.example.org:8080");
    return parse_backend_url("http://" + std::string(value)).authority();
}

milliseconds parse_check_interval(std::string_view key, std::string_view value)
{
    const auto interval = parse_duration(value);
    if (!interval || *interval < milliseconds(100))
        refuse_value(key, value, "a duration such as 5, 500ms or 1min, at least 100ms");
    return *interval;
}

status_range parse_status_range(std::string_view key, std::string_view value)
{
    const auto dash = value.find('-');
    const int lowest = parse_status(value.substr(0, dash));
    const int highest =
        dash == std::string_view::npos ? lowest : parse_status(value.substr(dash + 1));
    if (lowest == 0 || highest < lowest)
        refuse_value(key, value, "a status code such as 200, or a range of them such as 200-399");
    return {lowest, highest};
}

void set_option(check_rule& rule, std::string_view key_value)
{
    if (key_value.starts_with('/'))
        throw setting_error("\"" + std::string(key_value) +
                            "\" must be written uri=" + std::string(key_value));
    const auto word = split_key_value(key_value);
    if (!word || !set_key(rule, *word, check_rows))
        throw setting_error("\"" + std::string(key_value) + "\" must be one of " +
                            list_of_keys(keys_of(check_rows)) +
                            ", such as uri=/health or status=200-399");
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
