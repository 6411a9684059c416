// SPDX-License-Identifier: Apache-2.0

#include "other_rules.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>

namespace v6front
{

std::optional<proxy_rule> as_proxy_rule(const written_words& d)
{
    const bool is_match = iequals(d.name, "ProxyPassMatch");
    if ((!is_match && !iequals(d.name, "ProxyPass")) || d.words.empty())
        return std::nullopt;
    if (d.section.empty())
        return proxy_rule{d.words[0], is_match, d.words.size() > 1 && d.words[1] == "!"};
    if (!iequals(d.section, "<Location")) // <Location /path>: the path is the location's
        return std::nullopt;
    std::string path(d.section_args);
    std::erase_if(path, [](char c) { return c == '"' || c == '>'; });
    return proxy_rule{path, is_match, d.words[0] == "!"};
}

bool takes(const proxy_rule& rule, const std::string& path, const matcher& matches)
{
    if (rule.is_match)
        return matches(rule.path, path) && matches(rule.path, path + "/v6front-probe/0");
    auto below = rule.path;
    if (below.size() > 1 && below.back() == '/')
        below.pop_back();
    return is_below(path, below);
}

std::string alias_path(const written_words& d)
{
    static constexpr std::string_view names[] = {"Alias", "ScriptAlias", "RedirectPermanent",
                                                 "RedirectTemp", "Redirect"};
    const bool known = std::any_of(std::begin(names), std::end(names),
                                   [&d](std::string_view name) { return iequals(d.name, name); });
    if (!known || !d.section.empty())
        return {}; // in a <Location> a Redirect works as it should (mod_alias.c, fixup_redir)
    const auto path = std::find_if(d.words.begin(), d.words.end(),
                                   [](const std::string& word) { return word.starts_with('/'); });
    return path == d.words.end() || path + 1 == d.words.end() ? std::string() : *path;
}

const route* taker_of(const route_table& routes, std::string_view path) noexcept
{
    const auto* found = routes.match(path);
    return found && found->backend ? found : nullptr;
}

std::string file_of(const std::string& place)
{
    return place.substr(0, place.rfind(':'));
}

} // namespace v6front
