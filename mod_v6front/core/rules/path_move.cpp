// SPDX-License-Identifier: Apache-2.0
#include "path_move.hpp"

#include "core/base/ascii.hpp"

namespace v6front
{
namespace
{

constexpr std::string_view special = R"(.[]{}()*+?|\^$)";

// Takes characters that stand for themselves from the front of an expression.
std::optional<std::string> take_literal(std::string_view& rest)
{
    std::string out;
    while (!rest.empty()) {
        const bool escaped = rest.size() > 1 && rest[0] == '\\' && !is_alnum(rest[1]);
        const char c = rest[escaped ? 1 : 0];
        if (!escaped && special.find(c) != std::string_view::npos)
            break;
        if (c != '/' && !is_path_char(c))
            return std::nullopt; // it is written in another way in a URL
        out += c;
        rest.remove_prefix(escaped ? 2 : 1);
        if (!rest.empty() && std::string_view("*+?{").find(rest[0]) != std::string_view::npos)
            return std::nullopt;
    }
    return out;
}

// Takes a group, with its parentheses; empty: none that is understood.
std::string_view take_group(std::string_view& rest)
{
    if (!rest.starts_with('(') || rest.starts_with("(?") || rest.starts_with("(*"))
        return {};
    bool in_class = false;
    for (std::size_t i = 1; i < rest.size(); ++i) {
        const char c = rest[i];
        if (c == '\\')
            ++i;
        else if (in_class)
            in_class = c != ']';
        else if (c == '[')
            in_class = true;
        else if (c == '(') // one within it has a number, too
            return {};
        else if (c == ')') {
            const auto group = rest.substr(0, i + 1);
            rest.remove_prefix(i + 1);
            return group;
        }
    }
    return {};
}

// To the end of the path, also where the expression does not say that it ends there.
bool takes_all(std::string_view group)
{
    return (group.ends_with(".*)") || group.ends_with(".+)")) &&
           group.find('|') == std::string_view::npos && group[group.size() - 4] != '\\';
}

// The expression behind its beginning, and the URL behind its: the same, group by group.
bool is_same(std::string_view expression, std::string_view url)
{
    bool ends = false;
    for (char number = '1'; !expression.empty() && expression != "$"; ++number) {
        const auto group = take_group(expression);
        if (group.empty() || number > '9' || !url.starts_with(std::string{'$', number}))
            return false;
        url.remove_prefix(2);
        const auto between = take_literal(expression);
        if (!between || !url.starts_with(*between))
            return false;
        url.remove_prefix(between->size());
        ends = between->empty() && takes_all(group);
    }
    return url.empty() && (ends || expression == "$");
}

// Of "(/.*)": all that it matches begins with a slash.
bool begins_with_slash(std::string_view expression)
{
    return expression.starts_with("(/") &&
           (expression.size() < 3 ||
            std::string_view("*+?{").find(expression[2]) == std::string_view::npos) &&
           take_group(expression).find('|') == std::string_view::npos;
}

} // namespace

std::optional<path_move> move_of(std::string_view expression, std::string_view url_path)
{
    if (!expression.starts_with('^'))
        return std::nullopt;
    expression.remove_prefix(1);
    const auto path = take_literal(expression);
    const auto first = url_path.find('$');
    if (!path || first == std::string_view::npos || !is_same(expression, url_path.substr(first)))
        return std::nullopt;
    const auto base = url_path.substr(0, first);
    const bool at_slash = path->ends_with('/') && base.ends_with('/');
    const bool before_slash =
        !path->ends_with('/') && !base.ends_with('/') && begins_with_slash(expression);
    if (!at_slash && !before_slash)
        return std::nullopt;
    return path_move{path->empty() ? "/" : *path, std::string(base)};
}

} // namespace v6front
