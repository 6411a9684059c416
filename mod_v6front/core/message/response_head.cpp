// SPDX-License-Identifier: Apache-2.0
#include "response_head.hpp"

#include "core/base/ascii.hpp"
#include "framing.hpp"

namespace v6front
{
void response_head::clear()
{
    status = 0;
    version = 11;
    phrase = {};
    fields.clear();
    content_length.reset();
    keep_alive = false;
    kept_for = {};
    rewritten.clear();
}

std::chrono::seconds parse_keep_alive(std::string_view value) noexcept
{
    constexpr std::uint64_t most = 3600;
    std::chrono::seconds timeout{0};
    while (!value.empty()) {
        const std::string_view element = take_element(value);
        const std::size_t equals = element.find('=');
        const auto n = parse_content_length(equals == std::string_view::npos
                                                ? std::string_view{}
                                                : trim(element.substr(equals + 1)));
        const std::string_view name = trim(element.substr(0, equals));
        if (n && iequals(name, "timeout"))
            timeout = std::chrono::seconds(*n < most ? *n : most);
        else if (n && *n == 0 && iequals(name, "max"))
            return {};
    }
    return timeout;
}

} // namespace v6front
