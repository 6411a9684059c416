// SPDX-License-Identifier: Apache-2.0
#include "route.hpp"

#include <algorithm>

namespace v6front
{
namespace
{

std::string_view without_last_slash(std::string_view path) noexcept
{
    return path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

} // namespace

void check_route_path(std::string_view path)
{
    if (!path.starts_with('/')) {
        throw setting_error(
            "the path \"" + std::string(path) + "\" must begin with \"/\"" +
            (path.starts_with('^') ? "; for a regular expression use V6FrontPassMatch" : ""));
    }
}

bool is_below(std::string_view path, std::string_view route_path) noexcept
{
    if (route_path.empty() || !path.starts_with(route_path))
        return false;
    return route_path.back() == '/' || path.size() == route_path.size() ||
           path[route_path.size()] == '/';
}

void append_moved(std::string& out, std::string_view path, std::string_view from,
                  std::string_view to)
{
    if (from == to) {
        out += path;
        return;
    }
    const std::string_view rest = path.substr(without_last_slash(from).size());
    const std::size_t begin = rest.find_first_not_of('/');
    if (rest.empty()) {
        out += to;
        return;
    }
    // Doubled slashes after `from` must not come first now: "//host" is another server
    // (RFC 3986 4.2).
    out += without_last_slash(to);
    out += '/';
    out += begin == std::string_view::npos ? std::string_view{} : rest.substr(begin);
}

void route_table::add(route r)
{
    // Longest first, and in the order of the configuration where that leaves a choice.
    const auto place = std::find_if(routes_.begin(), routes_.end(), [&](const route& other) {
        return other.path.size() < r.path.size();
    });
    const auto same = std::find_if(routes_.begin(), place,
                                   [&](const route& other) { return other.path == r.path; });
    if (same != place) {
        throw setting_error("the path \"" + r.path + "\" is given twice" +
                            (same->place.empty() ? "" : ", first at " + same->place));
    }
    const auto at = static_cast<std::size_t>(place - routes_.begin());
    for (auto& length : lengths_)
        for (auto& other : length.by_path)
            other += other >= at;
    routes_.insert(place, std::move(r));

    const auto octets = routes_[at].path.size();
    auto length = std::find_if(lengths_.begin(), lengths_.end(),
                               [&](const same_length& other) { return other.octets <= octets; });
    if (length == lengths_.end() || length->octets < octets)
        length = lengths_.insert(length, {octets, {}});
    auto& by_path = length->by_path;
    by_path.insert(std::find_if(by_path.begin(), by_path.end(),
                                [&](auto other) { return routes_[at].path < routes_[other].path; }),
                   at);
}

const route* route_table::match(std::string_view path) const noexcept
{
    for (const auto& [octets, by_path] : lengths_) {
        if (octets > path.size())
            continue;
        const auto begin = path.substr(0, octets);
        const auto found = std::lower_bound(
            by_path.begin(), by_path.end(), begin,
            [&](std::size_t at, std::string_view wanted) { return routes_[at].path < wanted; });
        if (found != by_path.end() && is_below(path, routes_[*found].path))
            return &routes_[*found];
    }
    return nullptr;
}

route_table route_table::merge(const route_table& base, const route_table& over)
{
    route_table both = over;
    for (const route& r : base.routes_) {
        const bool hidden = std::any_of(over.routes_.begin(), over.routes_.end(),
                                        [&](const route& other) { return other.path == r.path; });
        if (!hidden)
            both.add(r);
    }
    return both;
}

} // namespace v6front
