// SPDX-License-Identifier: Apache-2.0
//
// Which errors of a site get httpd's own page (V6FrontErrorOverride): statuses from 400 to 599.
#pragma once

#include <bitset>
#include <string_view>

namespace v6front
{

class status_set
{
public:
    static constexpr int first = 400, last = 599;

    static status_set all() noexcept
    {
        status_set made;
        made.has_.set();
        return made;
    }
    void add(int status) { has_.set(static_cast<std::size_t>(status - first)); }
    bool contains(int status) const noexcept
    {
        return status >= first && status <= last && has_[static_cast<std::size_t>(status - first)];
    }
    friend bool operator==(const status_set&, const status_set&) = default;

private:
    std::bitset<last - first + 1> has_;
};

// "on", "off", or statuses divided by commas, with or without "on" before them. Throws
// setting_error.
status_set parse_status_set(std::string_view key, std::string_view value);

} // namespace v6front
