// SPDX-License-Identifier: Apache-2.0

#include "other_rules.hpp"

#include "core/base/ascii.hpp"
#include "core/rules/route.hpp"

#include <algorithm>
#include <utility>

namespace v6front
{

namespace
{

std::string without_quotes(std::string_view args)
{
    std::string text(args);
    std::erase_if(text, [](char c) { return c == '"' || c == '>'; });
    return text;
}

// One of a RewriteRule's flags, "[L,P]" (mod_rewrite.c, cmd_parseflagfield).
bool has_flag(const written_words& d, std::string_view name, std::string_view long_name)
{
    if (!iequals(d.name, "RewriteRule") || d.words.size() != 3)
        return false;
    std::string_view flags = d.words[2];
    if (!flags.starts_with('[') || !flags.ends_with(']'))
        return false;
    flags = flags.substr(1, flags.size() - 2);
    while (!flags.empty()) {
        const auto flag = flags.substr(0, flags.find(','));
        if (iequals(flag, name) || iequals(flag, long_name))
            return true;
        flags.remove_prefix(std::min(flags.size(), flag.size() + 1));
    }
    return false;
}

bool is_proxy_rewrite(const written_words& d)
{
    return has_flag(d, "P", "proxy");
}

bool is_proxy_handler(const written_words& d)
{
    return iequals(d.name, "SetHandler") && !d.words.empty() && d.words[0].starts_with("proxy:");
}

// All that is in a <Location /path>.
std::optional<proxy_rule> all_of_location(const written_words& d)
{
    auto path = without_quotes(d.section_args);
    if (!iequals(d.section, "<Location") || !path.starts_with('/') ||
        path.find_first_of("*?[") != path.npos)
        return std::nullopt;
    return proxy_rule{std::move(path), false, false};
}

// In a section its expression is for what follows that path.
std::optional<proxy_rule> as_rewrite_rule(const written_words& d)
{
    static constexpr std::string_view all[] = {"^", ".*", "(.*)", "^.*", "^(.*)", "^.*$", "^(.*)$"};
    if (!d.section.empty())
        return std::find(std::begin(all), std::end(all), d.words[0]) != std::end(all)
                   ? all_of_location(d)
                   : std::nullopt;
    if (d.words[0].starts_with('!'))
        return std::nullopt;
    return proxy_rule{d.words[0], true, false};
}

} // namespace

std::optional<proxy_rule> as_proxy_rule(const written_words& d)
{
    if (is_proxy_rewrite(d))
        return as_rewrite_rule(d);
    const bool is_match = iequals(d.name, "ProxyPassMatch");
    if ((!is_match && !iequals(d.name, "ProxyPass")) || d.words.empty())
        return std::nullopt;
    if (d.section.empty())
        return proxy_rule{d.words[0], is_match, d.words.size() > 1 && d.words[1] == "!"};
    const bool excludes = d.words[0] == "!";
    auto path = without_quotes(d.section_args); // <Location /path>: it is the location's
    if (iequals(d.section, "<LocationMatch") && is_match)
        return proxy_rule{path, true, excludes};
    if (!iequals(d.section, "<Location"))
        return std::nullopt;
    if (!path.starts_with('~'))
        return proxy_rule{path, is_match, excludes};
    path.erase(0, path.find_first_not_of("~ \t"));
    return is_match ? std::optional(proxy_rule{path, true, excludes}) : std::nullopt;
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

std::optional<request_set> has_proxy_handler(const written_words& d)
{
    auto all = is_proxy_handler(d) ? all_of_location(d) : std::nullopt;
    return all ? std::optional(request_set{request_set::kind::below, std::move(all->path)})
               : std::nullopt;
}

const char* ours_instead(std::string_view proxy_directive) noexcept
{
    static constexpr std::pair<std::string_view, const char*> rows[] = {
        {"ProxyPassReverse", "V6FrontPassReverse"},
        {"ProxyPassReverseCookieDomain", "V6FrontCookieDomain"},
        {"ProxyPassReverseCookiePath", "V6FrontCookiePath"},
        {"ProxyPreserveHost", "V6FrontPreserveHost"},
        {"ProxyTimeout", "V6FrontTimeout"},
        {"ProxyAddHeaders", "V6FrontAddHeaders"},
        {"ProxyVia", "V6FrontVia"},
        {"ProxyErrorOverride", "V6FrontErrorOverride"},
    };
    for (const auto& [theirs, ours] : rows)
        if (iequals(theirs, proxy_directive))
            return ours;
    return nullptr;
}

bool uses_proxy(const written_words& d)
{
    if (iequals(d.name, "ProxyPass") || iequals(d.name, "ProxyPassMatch") ||
        iequals(d.name, "ProxyRequests") || is_proxy_rewrite(d))
        return true;
    return is_proxy_handler(d);
}

bool passes_through(const written_words& d)
{
    return has_flag(d, "PT", "passthrough");
}

std::string file_of(const std::string& place)
{
    return place.substr(0, place.rfind(':'));
}

} // namespace v6front
