// SPDX-License-Identifier: Apache-2.0

#include "conflicts.hpp"

#include "core/findings/other_rules.hpp"
#include "httpd/config/config.hpp"
#include "httpd/config/config_tree.hpp"

#include <algorithm>
#include <set>

namespace v6front
{

namespace
{

written_words words_of(const written_directive& d)
{
    written_words words{d.name, d.words};
    if (d.section) {
        words.section = d.section->directive;
        words.section_args = d.section->args;
    }
    return words;
}

struct written_proxy {
    proxy_rule rule;
    const server_rec* server;
    std::string text;
    std::string place;
};

std::vector<written_proxy> proxy_rules(const server_rec* main_server)
{
    std::vector<written_proxy> rules;
    for_each_directive(main_server, [&rules](const written_directive& d) {
        if (auto rule = as_proxy_rule(words_of(d)))
            rules.push_back({std::move(*rule), d.server, d.text(), d.place});
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
    const auto matches = [pool](const std::string& expression, const std::string& path) {
        const auto* regex = ap_pregcomp(pool, expression.c_str(), AP_REG_EXTENDED);
        return regex && ap_regexec(regex, path.c_str(), 0, nullptr, 0) == 0;
    };
    const auto proxies = proxy_rules(main_server);
    std::set<std::string> said; // once, though virtual hosts inherit rules
    for (const auto* s = main_server; s; s = s->next)
        for (const auto& ours : rules_of(s)) {
            const auto first =
                std::find_if(proxies.begin(), proxies.end(), [&](const written_proxy& p) {
                    return (p.server == s || p.server == main_server) &&
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

void find_aliases(const server_rec* main_server, findings& out)
{
    for_each_directive(main_server, [&](const written_directive& d) {
        const auto path = alias_path(words_of(d));
        const auto* taker = path.empty() ? nullptr : taker_of(config_of(d.server)->routes, path);
        // An alias of the whole server, such as Debian's /icons/, is not meant for this front.
        if (!taker || (d.server == main_server && file_of(d.place) != file_of(taker->place)))
            return;
        out.push_back({"V6F0214", d.place,
                       d.text() + " (" + d.place + ") has no effect: \"V6FrontPass " + taker->path +
                           "\" (" + taker->place +
                           ") takes its requests first. Add \"V6FrontPass " + path + " !\""});
    });
}

} // namespace

void find_conflicts(const server_rec* main_server, findings& out)
{
    apr_pool_t* pool = nullptr;
    apr_pool_create(&pool, main_server->process->pool);
    find_proxies(main_server, pool, out);
    apr_pool_destroy(pool);
    find_aliases(main_server, out);
}

} // namespace v6front
