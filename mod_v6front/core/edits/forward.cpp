// SPDX-License-Identifier: Apache-2.0
#include "forward.hpp"

#include "core/rules/route.hpp"
#include "target.hpp"

namespace v6front
{
namespace
{

// The end of a List, "(" to ")": neither a quoted entity tag nor a state token ends it.
std::size_t end_of_list(std::string_view value, std::size_t at) noexcept
{
    char closing = '\0';
    for (++at; at < value.size(); ++at) {
        const char c = value[at];
        if (closing != '\0')
            closing = c == closing ? '\0' : closing;
        else if (c == '"' || c == '<')
            closing = c == '"' ? '"' : '>';
        else if (c == ')')
            return at + 1;
    }
    return value.size();
}

std::optional<std::string> moved(std::string_view path, const forward_map& map)
{
    if (!is_below(path, map.path))
        return std::nullopt;
    std::string out;
    const std::size_t seam = map.path.size() - (map.path.ends_with('/') ? 1 : 0);
    append_behind(out, map.base, path.substr(seam));
    return out;
}

} // namespace

result<std::optional<std::string>> forward_url(std::string_view url, const forward_map& map)
{
    std::optional<std::string> as_it_is;
    const auto ref = split_reference(url);
    if (!ref || (ref->authority && !names_authority(*ref, map.origin)))
        return as_it_is;
    if (has_dot_segments(ref->path))
        return unfit(reason::unfit_reference, "dot segments", url);
    const auto path = map.expanded ? map.expanded(ref->path) : moved(ref->path, map);
    if (!path)
        return unfit(reason::unfit_reference, "not a URL of this site", url);
    std::string out;
    if (ref->authority) {
        out.append(map.scheme).append("://").append(map.authority);
    }
    out.append(*path).append(ref->rest);
    return std::optional<std::string>(std::move(out));
}

result<std::optional<std::string>> forward_if(std::string_view value, const forward_map& map)
{
    std::string out;
    bool changed = false;
    for (std::size_t at = 0; at < value.size();) {
        if (value[at] == '(') {
            const std::size_t end = end_of_list(value, at);
            out += value.substr(at, end - at);
            at = end;
            continue;
        }
        const std::size_t close = value[at] == '<' ? value.find('>', at) : std::string_view::npos;
        if (close == std::string_view::npos) {
            out += value[at++];
            continue;
        }
        const std::string_view url = value.substr(at + 1, close - at - 1);
        const auto mapped = forward_url(url, map);
        if (!mapped)
            return mapped.error();
        changed = changed || mapped->has_value();
        out.append("<").append(mapped->has_value() ? std::string_view(**mapped) : url).append(">");
        at = close + 1;
    }
    return changed ? std::optional<std::string>(std::move(out)) : std::nullopt;
}

} // namespace v6front
