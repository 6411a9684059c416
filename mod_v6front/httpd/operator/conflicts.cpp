// SPDX-License-Identifier: Apache-2.0

#include "conflicts.hpp"

#include "core/message/fields.hpp"
#include "httpd/base/log.hpp"
#include "httpd/config/config.hpp"
#include "httpd/config/config_tree.hpp"

#include <algorithm>
#include <set>

namespace v6front
{

namespace
{

// One ProxyPass or ProxyPassMatch: the first that matches a path decides (mod_proxy.c,
// proxy_trans).
struct proxy_rule {
    const server_rec* server;
    std::string path; // or the expression
    bool is_match;
    bool excludes;
    std::string text;
    std::string place;
};

std::vector<proxy_rule> proxy_rules(const server_rec* main_server)
{
    std::vector<proxy_rule> rules;
    for_each_directive(main_server, [&rules](const written_directive& d) {
        const bool is_match = iequals(d.name, "ProxyPassMatch");
        if ((!is_match && !iequals(d.name, "ProxyPass")) || d.words.empty())
            return;
        auto path = d.words.front();
        auto target = d.words.size() > 1 ? d.words[1] : std::string();
        if (d.section) { // <Location /path>: the path is the location's
            if (strcasecmp(d.section->directive, "<Location") != 0)
                return;
            target = std::exchange(path, d.section->args);
            std::erase_if(path, [](char c) { return c == '"' || c == '>'; });
        }
        rules.push_back({d.server, path, is_match, target == "!", d.text(), d.place});
    });
    return rules;
}

bool takes(const proxy_rule& rule, const std::string& path, apr_pool_t* pool)
{
    if (rule.is_match) {
        const auto* regex = ap_pregcomp(pool, rule.path.c_str(), AP_REG_EXTENDED);
        return regex && ap_regexec(regex, path.c_str(), 0, nullptr, 0) == 0 &&
               ap_regexec(regex, (path + "/v6front-probe/0").c_str(), 0, nullptr, 0) == 0;
    }
    auto below = rule.path;
    if (below.size() > 1 && below.back() == '/')
        below.pop_back();
    return is_below(path, below);
}

struct our_rule {
    std::string text;
    std::string path; // all of its requests are at or below it
    std::string place;
};

std::vector<our_rule> rules_of(const server_rec* s)
{
    const auto* config = config_of(s);
    std::vector<our_rule> all;
    const auto add = [&all](const route& r) {
        if (r.backend)
            all.push_back({"V6FrontPass " + r.path + " " + r.backend->text(), r.path, r.place});
    };
    for (const auto& r : config->routes.routes())
        add(r);
    for (const auto* r : config->location_routes)
        add(*r);
    for (const auto& m : config->matches)
        if (m.backend)
            all.push_back(
                {"V6FrontPassMatch " + m.pattern + " " + m.backend->text(), "/", m.place});
    return all;
}

void warn_of_proxies(server_rec* main_server, apr_pool_t* pool)
{
    const auto proxies = proxy_rules(main_server);
    std::set<std::string> said; // once, though virtual hosts inherit rules
    for (const auto* s = main_server; s; s = s->next)
        for (const auto& rule : rules_of(s)) {
            const auto first =
                std::find_if(proxies.begin(), proxies.end(), [&](const proxy_rule& p) {
                    return (p.server == s || p.server == main_server) && takes(p, rule.path, pool);
                });
            if (first == proxies.end() || first->excludes || !said.insert(rule.place).second)
                continue;
            ap_log_error(
                APLOG_MARK, APLOG_WARNING, 0, main_server,
                V6LOGNO(0210) "%s (%s): mod_proxy takes these requests because of \"%s\" (%s), and "
                              "may connect to this server itself. Remove that line",
                rule.text.c_str(), rule.place.c_str(), first->text.c_str(), first->place.c_str());
        }
}

// The URL path of one of mod_alias's directives that work by path, empty for others.
std::string alias_path(const written_directive& d)
{
    static constexpr const char* names[] = {"Alias", "ScriptAlias", "RedirectPermanent",
                                            "RedirectTemp", "Redirect"};
    const bool known = std::any_of(std::begin(names), std::end(names),
                                   [&d](const char* name) { return iequals(d.name, name); });
    if (!known || d.section)
        return {}; // in a <Location> a Redirect works as it should (mod_alias.c, fixup_redir)
    const auto path = std::find_if(d.words.begin(), d.words.end(),
                                   [](const std::string& word) { return word.starts_with('/'); });
    return path == d.words.end() || path + 1 == d.words.end() ? std::string() : *path;
}

// What takes a path from the modules after us; nullptr if nothing does.
const route* taker_of(const server_rec* s, const std::string& path)
{
    const auto* found = config_of(s)->routes.match(path);
    return found && found->backend ? found : nullptr;
}

std::string file_of(const std::string& place)
{
    return place.substr(0, place.rfind(':'));
}

void warn_of_aliases(server_rec* main_server)
{
    for_each_directive(main_server, [main_server](const written_directive& d) {
        const auto path = alias_path(d);
        const auto* taker = path.empty() ? nullptr : taker_of(d.server, path);
        // An alias of the whole server, such as Debian's /icons/, is not meant for this front.
        if (!taker || (d.server == main_server && file_of(d.place) != file_of(taker->place)))
            return;
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                     V6LOGNO(0214) "%s (%s) has no effect: \"V6FrontPass %s\" (%s) takes its "
                                   "requests first. Add \"V6FrontPass %s !\"",
                     d.text().c_str(), d.place.c_str(), taker->path.c_str(), taker->place.c_str(),
                     path.c_str());
    });
}

} // namespace

void warn_of_conflicts(server_rec* main_server)
{
    apr_pool_t* pool = nullptr;
    apr_pool_create(&pool, main_server->process->pool);
    warn_of_proxies(main_server, pool);
    apr_pool_destroy(pool);
    warn_of_aliases(main_server);
}

} // namespace v6front
