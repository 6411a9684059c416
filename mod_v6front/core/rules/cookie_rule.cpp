// SPDX-License-Identifier: Apache-2.0
#include "cookie_rule.hpp"

#include "backend_url.hpp"
#include "core/base/ascii.hpp"
#include "given_twice.hpp"
#include "setting_values.hpp"

#include <algorithm>

namespace v6front
{
namespace
{

void check_domain(std::string_view text)
{
    const auto is_right = [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; };
    const auto name = without_dot(text);
    if (name.empty() || name.starts_with('.') || name.find("..") != std::string_view::npos ||
        looks_like_ipv6(name) || !std::all_of(name.begin(), name.end(), is_right))
        refuse_value({}, text,
                     "a domain as a cookie has it, such as example.org: without scheme, port and "
                     "path, and not an IPv6 address");
}

void check_path(std::string_view text)
{
    const auto is_right = [](char c) { return c > ' ' && c < '\x7f' && c != ';' && c != '"'; };
    if (!text.starts_with('/') || !std::all_of(text.begin(), text.end(), is_right))
        refuse_value({}, text,
                     "a path that begins with \"/\", without blanks, quotes and semicolons");
}

void add(std::vector<cookie_rule>& rules, cookie_rule made,
         bool (*same)(std::string_view, std::string_view))
{
    for (const auto& rule : rules)
        if (same(rule.internal, made.internal))
            refuse_second_for(made.internal, rule.place);
    rules.push_back(std::move(made));
}

std::vector<cookie_rule> joined(const std::vector<cookie_rule>& base, std::vector<cookie_rule> over)
{
    over.insert(over.end(), base.begin(), base.end());
    return over;
}

} // namespace

std::string_view without_dot(std::string_view domain) noexcept
{
    return domain.starts_with('.') ? domain.substr(1) : domain;
}

cookie_rules merge(const cookie_rules& base, const cookie_rules& over)
{
    return {joined(base.domains, over.domains), joined(base.paths, over.paths)};
}

void add_cookie_domain(cookie_rules& rules, std::string_view internal, std::string_view external,
                       std::string place)
{
    check_domain(internal);
    check_domain(external);
    add(rules.domains,
        {std::string(without_dot(internal)), std::string(external), std::move(place)},
        [](std::string_view a, std::string_view b) { return iequals(a, b); });
}

void add_cookie_path(cookie_rules& rules, std::string_view internal, std::string_view external,
                     std::string place)
{
    check_path(internal);
    check_path(external);
    add(rules.paths, {std::string(internal), std::string(external), std::move(place)},
        [](std::string_view a, std::string_view b) { return a == b; });
}

} // namespace v6front
