// SPDX-License-Identifier: Apache-2.0

#include "status_set.hpp"

#include "core/base/ascii.hpp"
#include "core/base/numbers.hpp"
#include "setting_values.hpp"

#include <string>

namespace v6front
{

status_set parse_status_set(std::string_view key, std::string_view value)
{
    if (iequals(value, "on"))
        return status_set::all();
    status_set made;
    if (iequals(value, "off"))
        return made;
    // "On 404 500" is how ProxyErrorOverride has it.
    const bool begins_on = value.size() > 3 && iequals(value.substr(0, 3), "on,");
    for (auto rest = value.substr(begins_on ? 3 : 0);;) {
        const auto comma = rest.find(',');
        const auto status =
            parse_number<unsigned>(rest.substr(0, comma), status_set::first, status_set::last);
        if (!status)
            refuse_value(
                key, value,
                "\"on\", \"off\", or statuses from 400 to 599, such as 404 or 500,502,503");
        made.add(static_cast<int>(*status));
        if (comma == rest.npos)
            return made;
        rest.remove_prefix(comma + 1);
    }
}

} // namespace v6front
