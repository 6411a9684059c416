// SPDX-License-Identifier: Apache-2.0

#include "conflicts.hpp"

#include "httpd/config/config.hpp"
#include "written_rules.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace v6front
{

namespace
{

struct written_proxy {
    proxy_rule rule;
    const server_rec* server;
    const ap_directive_t* section;
    std::string text;
    std::string place;
    bool is_rewrite;
};

// The RewriteRules of each server and section: one counts if the engine is on, and if no other rule
// and no condition comes before it, which may keep requests from it. Of sections the last one
// decides, so that there must be one alone.
struct rewriting {
    using place = std::pair<const server_rec*, const ap_directive_t*>;
    std::set<place> on, off, undecided;
    std::map<const server_rec*, std::set<const ap_directive_t*>> sections{};

    void note(const written_directive& d)
    {
        const bool engine = iequals(d.name, "RewriteEngine");
        const bool rule = iequals(d.name, "RewriteCond") || iequals(d.name, "RewriteRule");
        if (rule)
            undecided.insert({d.server, d.section});
        if (engine && !d.words.empty())
            (iequals(d.words[0], "on") ? on : off).insert({d.server, d.section});
        if (d.section && (engine || rule))
            sections[d.server].insert(d.section);
    }
    bool is_undecided(const written_directive& d) const
    {
        return undecided.contains({d.server, d.section});
    }
    bool is_on(const place& p) const
    {
        const auto& [server, section] = p;
        if (!section)
            return on.contains(p);
        return sections.at(server).size() == 1 && !off.contains(p) &&
               (on.contains(p) || on.contains({server, nullptr}));
    }
    // A virtual host has the main server's sections, but of its RewriteRules those in sections
    // alone.
    bool is_inherited(const written_proxy& p, const server_rec* by) const
    {
        return !p.is_rewrite || (p.section && !sections.contains(by));
    }
};

std::vector<written_proxy> proxy_rules(const server_rec* main_server, rewriting& rewrites)
{
    std::vector<written_proxy> rules;
    for_each_directive(main_server, [&](const written_directive& d) {
        const bool rewrite = iequals(d.name, "RewriteRule");
        const bool counts = !rewrite || !rewrites.is_undecided(d);
        rewrites.note(d);
        if (auto rule = counts ? as_proxy_rule(words_of(d)) : std::nullopt)
            rules.push_back({std::move(*rule), d.server, d.section, d.text(), d.place, rewrite});
    });
    std::erase_if(rules, [&rewrites](const written_proxy& p) {
        return p.is_rewrite && !rewrites.is_on({p.server, p.section});
    });
    return rules;
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

void find_proxies(const server_rec* main_server, apr_pool_t* pool, findings& out)
{
    const auto matches = matcher_in(pool);
    rewriting rewrites;
    const auto proxies = proxy_rules(main_server, rewrites);
    std::set<std::string> said; // once, though virtual hosts inherit rules
    for (const auto* s = main_server; s; s = s->next)
        for (const auto& ours : rules_of(s)) {
            const auto first =
                std::find_if(proxies.begin(), proxies.end(), [&](const written_proxy& p) {
                    return (p.server == s ||
                            (p.server == main_server && rewrites.is_inherited(p, s))) &&
                           takes(p.rule, ours.path, matches);
                });
            if (first == proxies.end() || first->rule.excludes || !said.insert(ours.place).second)
                continue;
            out.push_back({"V6F0210", ours.place,
                           ours.text + " (" + ours.place +
                               "): mod_proxy takes these requests because of \"" + first->text +
                               "\" (" + first->place +
                               "), and may connect to this server itself. Remove that line"});
        }
}

// Directives of mod_proxy in a virtual host that has our rules, and none of mod_proxy's.
void find_proxy_settings(const server_rec* main_server, findings& out)
{
    std::set<const server_rec*> with_proxy;
    for_each_directive(main_server, [&with_proxy](const written_directive& d) {
        if (uses_proxy(words_of(d)))
            with_proxy.insert(d.server);
    });
    if (with_proxy.contains(main_server))
        return;
    for_each_directive(main_server, [&](const written_directive& d) {
        const char* ours = ours_instead(d.name);
        if (ours && d.server != main_server && config_of(d.server)->has_routes() &&
            !with_proxy.contains(d.server))
            out.push_back({"V6F0247", d.place,
                           d.text() + " (" + d.place +
                               ") has no effect on V6FrontPass: it is mod_proxy's, which has no "
                               "rule here. The directive of this module is " +
                               ours});
    });
}

} // namespace

void find_conflicts(const server_rec* main_server, findings& out)
{
    apr_pool_t* pool = nullptr;
    apr_pool_create(&pool, main_server->process->pool);
    find_proxies(main_server, pool, out);
    apr_pool_destroy(pool);
    find_proxy_settings(main_server, out);
}

} // namespace v6front
