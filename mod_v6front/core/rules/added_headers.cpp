// SPDX-License-Identifier: Apache-2.0
#include "added_headers.hpp"

#include "core/base/ascii.hpp"
#include "setting_values.hpp"

#include <algorithm>

namespace v6front
{
namespace
{

struct header_row {
    std::string_view name;
    added_header header;
};
constexpr header_row header_rows[] = {
    {"X-Forwarded-For", added_header::address},   {"X-Forwarded-Host", added_header::host},
    {"X-Forwarded-Server", added_header::server}, {"X-Forwarded-Proto", added_header::scheme},
    {"X-Forwarded-Port", added_header::port},     {"Forwarded", added_header::forwarded},
    {"X-Request-ID", added_header::request_id},   {"Via", added_header::via},
};

std::uint16_t bit_of(std::string_view key, std::string_view value, std::string_view name)
{
    const auto* found = std::find_if(std::begin(header_rows), std::end(header_rows),
                                     [name](const header_row& r) { return iequals(r.name, name); });
    if (found != std::end(header_rows))
        return static_cast<std::uint16_t>(found->header);
    std::string right = "On, Off, or names of ";
    for (const header_row& r : header_rows)
        right.append(&r == std::begin(header_rows) ? "" : ", ").append(r.name);
    refuse_value(key, value, right);
}

} // namespace

added_headers changed_by(const added_headers& base, const added_headers& over) noexcept
{
    return {static_cast<std::uint16_t>((base.more & ~over.less) | over.more),
            static_cast<std::uint16_t>((base.less & ~over.more) | over.less)};
}

added_headers parse_added_headers(std::string_view key, std::string_view value)
{
    if (iequals(value, "on"))
        return only(added_headers::standard);
    if (iequals(value, "off"))
        return only(0);
    if (value.ends_with(','))
        bit_of(key, value, {});
    added_headers made;
    const auto is_signed = [](std::string_view word) {
        return word.starts_with('+') || word.starts_with('-');
    };
    const bool relative = is_signed(value);
    std::string_view rest = value;
    do {
        const std::string_view word = take_element(rest);
        if (is_signed(word) != relative)
            refuse_value(key, value, "names that all begin with + or -, or none of them");
        const std::uint16_t bit = bit_of(key, value, word.substr(relative ? 1 : 0));
        if (((made.more | made.less) & bit) != 0)
            refuse_value(key, value, "names that differ");
        (word.starts_with('-') ? made.less : made.more) |= bit;
    } while (!rest.empty());
    return relative ? made : only(made.more);
}

std::string_view name_of(added_header h) noexcept
{
    return std::find_if(std::begin(header_rows), std::end(header_rows),
                        [h](const header_row& r) { return r.header == h; })
        ->name;
}

} // namespace v6front
