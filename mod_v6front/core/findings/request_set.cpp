// SPDX-License-Identifier: Apache-2.0

#include "request_set.hpp"

#include "core/base/ascii.hpp"
#include "core/rules/route.hpp"

#include <algorithm>
#include <utility>

namespace v6front
{

namespace
{

constexpr std::string_view special_in_expressions = R"(.[]{}()*+?|\^$)";

// "^/a|^/b": one of several, outside of all groups.
bool has_alternatives(std::string_view e) noexcept
{
    int depth = 0;
    bool in_class = false;
    for (std::size_t i = 0; i < e.size(); ++i) {
        if (e[i] == '\\') {
            ++i;
            if (i < e.size() && e[i] == 'Q') // what follows is literal up to \E
                return true;
        } else if (in_class) {
            in_class = e[i] != ']';
        } else if (e[i] == '[') {
            in_class = true;
            i += e.substr(i + 1).starts_with('^');
            i += e.substr(i + 1).starts_with(']'); // as the first it stands for itself
        } else if (e[i] == '(' || e[i] == ')') {
            depth += e[i] == '(' ? 1 : -1;
        } else if (e[i] == '|' && depth <= 0) {
            return true;
        }
    }
    return false;
}

// The path at the beginning of an expression, and whether it is all of it ("^/a$").
std::pair<std::string, bool> literal_path(std::string_view e)
{
    std::string out;
    if (e.starts_with('^') && !has_alternatives(e)) {
        e.remove_prefix(1);
        while (!e.empty()) {
            const bool escaped = e.size() > 1 && e[0] == '\\' && !is_alnum(e[1]);
            if (!escaped && special_in_expressions.find(e[0]) != e.npos)
                break;
            out += e[escaped ? 1 : 0];
            e.remove_prefix(escaped ? 2 : 1);
            if (!e.empty() && std::string_view("*?{").find(e[0]) != e.npos) {
                out.pop_back(); // it may be absent
                break;
            }
        }
    }
    if (!out.starts_with('/'))
        return {"/", false};
    return {out, e == "$"};
}

// Whether what follows a match can undo it: what looks ahead, or does not give back what it took.
bool looks_ahead(std::string_view e) noexcept
{
    for (std::size_t i = 0; i + 1 < e.size(); ++i) {
        const auto pair = e.substr(i, 2);
        if (pair == "(*" || (pair == "(?" && e.substr(i, 3) != "(?:"))
            return true;
        if (pair[1] == '+' && std::string_view("+*?}").find(pair[0]) != e.npos)
            return true;
        if (pair[0] == '\\') {
            if (is_alnum(pair[1]) && std::string_view("dDwWsS").find(pair[1]) == e.npos)
                return true;
            ++i;
        }
    }
    return e.find('$') != e.npos;
}

bool ends_in_backslash(std::string_view e) noexcept
{
    const auto last = e.find_last_not_of('\\');
    return (e.size() - (last == e.npos ? 0 : last + 1)) % 2 == 1;
}

} // namespace

request_set requests_of(const std::string& expression)
{
    auto [path, is_all] = literal_path(expression);
    return {is_all ? request_set::kind::one : request_set::kind::beginning, std::move(path),
            expression};
}

std::string literal_beginning(std::string_view expression)
{
    return literal_path(expression).first;
}

std::string expression_below(std::string_view path)
{
    std::string out = "^";
    for (const char c : path) {
        if (special_in_expressions.find(c) != std::string_view::npos)
            out += '\\';
        out += c;
    }
    return path.ends_with('/') ? out : out + "(/|$)";
}

std::optional<std::string> without_end(std::string_view expression)
{
    // How an expression says "and whatever follows", and what it needs for that.
    static constexpr std::pair<std::string_view, std::string_view> ends[] = {
        {"(.*)$", ""},  {".*$", ""},      {"(/.*)?$", "/"}, {"(?:/.*)?$", "/"},
        {"(/|$)", "/"}, {"(?:/|$)", "/"}, {"($|/)", "/"},
    };
    std::string open(expression);
    for (const auto& [end, instead] : ends) {
        const auto kept = expression.substr(0, expression.size() - end.size());
        if (expression.ends_with(end) && !ends_in_backslash(kept)) {
            open = kept;
            open += instead;
            break;
        }
    }
    if (looks_ahead(open))
        return std::nullopt;
    return open;
}

relation path_and(std::string_view path, const request_set& set) noexcept
{
    const std::string_view of_set = set.path;
    switch (set.is) {
    case request_set::kind::one:
        return is_below(of_set, path) ? relation::covers : relation::apart;
    case request_set::kind::below:
        if (is_below(of_set, path))
            return relation::covers;
        return is_below(path, of_set) ? relation::overlaps : relation::apart;
    case request_set::kind::beginning:
        break;
    }
    if (!of_set.starts_with(path))
        return path.starts_with(of_set) ? relation::overlaps : relation::apart;
    // "/a" has "/a/b", but not all that begins with "/a".
    return path.ends_with('/') || of_set.substr(path.size()).starts_with('/') ? relation::covers
                                                                              : relation::overlaps;
}

relation expression_and(const std::string& expression, const request_set& set,
                        const matcher& matches)
{
    if (expression == set.expression)
        return relation::covers;
    if (set.is == request_set::kind::one)
        return matches(expression, set.path) ? relation::covers : relation::apart;
    const bool below = set.is == request_set::kind::below;
    const auto deep = below && !set.path.ends_with('/') ? set.path + "/" : set.path;
    const auto open = without_end(expression);
    if (open && matches(*open, deep) && (!below || matches(expression, set.path)))
        return relation::covers;
    const auto begins = literal_beginning(expression);
    return set.path.starts_with(begins) || begins.starts_with(deep) ? relation::overlaps
                                                                    : relation::apart;
}

} // namespace v6front
