// SPDX-License-Identifier: Apache-2.0
#include "cookies.hpp"

#include "core/base/ascii.hpp"
#include "core/rules/route.hpp"

#include <algorithm>

namespace v6front
{
namespace
{

bool is_address(std::string_view host) noexcept
{
    return host.starts_with('[') || parse_ipv4(host);
}

// RFC 6265 5.1.3.
bool domain_matches(std::string_view host, std::string_view domain) noexcept
{
    if (iequals(host, domain))
        return true;
    if (host.size() <= domain.size() || is_address(host))
        return false;
    const auto seam = host.size() - domain.size();
    return host[seam - 1] == '.' && iequals(host.substr(seam), domain);
}

// A single label above a host is nobody's own domain ("org").
bool is_domain_of(std::string_view host, std::string_view domain) noexcept
{
    return iequals(host, domain) ||
           (domain.find('.') != std::string_view::npos && domain_matches(host, domain));
}

std::string_view without_slash(std::string_view path) noexcept
{
    return path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

bool is_same_path(std::string_view a, std::string_view b) noexcept
{
    return without_slash(a) == without_slash(b);
}

// As is_below, but a cookie for "/a" is one for "/a/", too (RFC 6265 5.1.4).
bool covers(std::string_view above, std::string_view path) noexcept
{
    return is_below(path, above) || is_same_path(path, above);
}

std::string moved(std::string_view path, std::string_view from, std::string_view to)
{
    std::string out;
    if (from == "/" && path == "/")
        out = to;
    else
        append_moved(out, path, from, to);
    return out;
}

bool has_open_quote(std::string_view text) noexcept
{
    return std::count(text.begin(), text.end(), '"') % 2 != 0;
}

// "HttpOnly, other=1": a name and "=" behind a comma. The comma of a date is followed by neither.
bool has_another_cookie(std::string_view attribute) noexcept
{
    for (auto comma = attribute.find(','); comma != std::string_view::npos;
         comma = attribute.find(',', comma + 1)) {
        const auto rest = trim(attribute.substr(comma + 1));
        const auto end = rest.find_first_of("=, \t\"");
        if (end != 0 && end != std::string_view::npos && rest[end] == '=')
            return true;
    }
    return false;
}

struct attribute {
    std::string_view text; // with the semicolon before it
    std::string_view name;
    std::string_view value; // without quotes
};

attribute take_attribute(std::string_view& rest) noexcept
{
    attribute a;
    a.text = rest.substr(0, rest.find(';', 1));
    rest.remove_prefix(a.text.size());
    const auto equals = a.text.find('=');
    a.name = trim(a.text.substr(1, equals == std::string_view::npos ? equals : equals - 1));
    if (equals != std::string_view::npos)
        a.value = trim(a.text.substr(equals + 1));
    if (a.value.size() > 1 && a.value.starts_with('"') && a.value.ends_with('"'))
        a.value = a.value.substr(1, a.value.size() - 2);
    return a;
}

} // namespace

cookie_map::verdict cookie_map::judge_domain(std::string_view domain) const
{
    domain = without_dot(domain);
    for (const auto& rule : rules_.domains)
        if (iequals(rule.internal, domain))
            return {fate::replaced, rule.external};
    const auto client = split_authority(urls_.origin().authority).host;
    const bool is_refused = !domain.empty() && !domain_matches(client, domain);
    return {is_refused && is_domain_of_site(domain) ? fate::dropped : fate::kept};
}

bool cookie_map::is_domain_of_site(std::string_view domain) const
{
    const auto& entries = urls_.entries();
    return is_domain_of(backend_, domain) ||
           std::any_of(entries.begin(), entries.end(), [domain](const reverse_map::entry& e) {
               return is_domain_of(e.backend->host, domain);
           });
}

cookie_map::verdict cookie_map::judge_path(std::string_view path) const
{
    if (!path.starts_with('/'))
        return {};
    const cookie_rule* ruled = nullptr;
    for (const auto& rule : rules_.paths)
        if (covers(rule.internal, path) &&
            (!ruled || rule.internal.size() > ruled->internal.size()))
            ruled = &rule;
    if (ruled)
        return {fate::replaced, moved(path, ruled->internal, ruled->external)};
    const auto best = urls_.longest([&](const reverse_map::entry& e) {
        return urls_.is_for_site(e) && covers(e.backend->path, path);
    });
    if (best && path != "/" &&
        (is_same_path(path, best->path) ||
         (reverse_map::is_below_itself(*best) && covers(best->path, path))))
        return {};
    if (best)
        return {fate::replaced, moved(path, best->backend->path, best->path)};
    for (const auto& entry : urls_.entries())
        if (path != "/" && urls_.is_for_site(entry) && covers(path, entry.backend->path))
            return {fate::replaced, std::string(entry.path)};
    return {};
}

cookie_map::verdict cookie_map::judge(std::string_view name, std::string_view value,
                                      bool has_host_prefix) const
{
    if (name.size() == 6 && iequals(name, "domain"))
        return judge_domain(value);
    if (name.size() == 4 && iequals(name, "path") && !has_host_prefix)
        return judge_path(value);
    return {};
}

std::optional<std::string> cookie_map::map(std::string_view set_cookie) const
{
    const auto pair = set_cookie.substr(0, set_cookie.find(';'));
    if (has_open_quote(pair))
        return std::nullopt;
    const bool has_host_prefix = iequals(trim(pair).substr(0, 7), "__Host-");
    std::string out(pair);
    bool is_secure = false;
    for (auto rest = set_cookie.substr(pair.size()); !rest.empty();) {
        const auto a = take_attribute(rest);
        if (has_open_quote(a.text) || has_another_cookie(a.text))
            return std::nullopt;
        is_secure = is_secure || iequals(a.name, "secure");
        const auto judged = judge(a.name, a.value, has_host_prefix);
        if (judged.decided == fate::dropped)
            continue;
        const auto begin = out.size();
        out += a.text;
        if (judged.decided == fate::replaced)
            out.replace(begin + static_cast<std::size_t>(a.value.data() - a.text.data()),
                        a.value.size(), judged.value);
    }
    if (adds_secure_ && !is_secure)
        out += "; Secure";
    return out == set_cookie ? std::nullopt : std::optional(std::move(out));
}

} // namespace v6front
