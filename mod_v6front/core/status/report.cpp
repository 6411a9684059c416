// SPDX-License-Identifier: Apache-2.0

#include "report.hpp"

namespace v6front
{

std::string_view to_string(reported_check::state s) noexcept
{
    switch (s) {
    case reported_check::state::unknown:
        return "unknown";
    case reported_check::state::passing:
        return "passing";
    case reported_check::state::failing:
        return "failing";
    }
    return "unknown";
}

std::string_view to_string(reported_address::state s) noexcept
{
    switch (s) {
    case reported_address::state::none:
        return "none";
    case reported_address::state::unused:
        return "unused";
    case reported_address::state::up:
        return "up";
    case reported_address::state::failing:
        return "failing";
    case reported_address::state::avoided:
        return "avoided";
    case reported_address::state::former:
        return "former";
    }
    return "unused";
}

std::string_view to_string(reported_name::state s) noexcept
{
    switch (s) {
    case reported_name::state::unknown:
        return "unknown";
    case reported_name::state::found:
        return "found";
    case reported_name::state::failing:
        return "failing";
    }
    return "unknown";
}

} // namespace v6front
