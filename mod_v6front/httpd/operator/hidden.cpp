// SPDX-License-Identifier: Apache-2.0

#include "hidden.hpp"

#include "httpd/config/backends.hpp"
#include "written_rules.hpp"

#include <map>
#include <set>

namespace v6front
{

namespace
{

using rules_of_all = std::map<const server_rec*, asked_rules>;

std::set<const server_rec*> servers_that_pass_through(const server_rec* main_server)
{
    std::set<const server_rec*> found;
    for_each_directive(main_server, [&found](const written_directive& d) {
        if (passes_through(words_of(d)))
            found.insert(d.server);
    });
    return found;
}

void find_hidden_directive(const written_directive& d, const asked_rules& rules, bool of_main,
                           const matcher& matches, findings& out)
{
    if (const auto set = asked_after_rules(words_of(d))) {
        const auto* by = taker_of(rules, *set, matches);
        // An alias of the whole server, such as Debian's /icons/, is not meant for this front.
        if (by && (!of_main || file_of(d.place) == file_of(by->place)))
            out.push_back(hidden_directive(d.text(), d.place, *set, *by));
    }
    if (const auto set = wins_over_rules(words_of(d)))
        find_redirected_rules(
            rules, *set, d.text() + " (" + d.place + ") in a <Location> takes its requests", out);
}

// Said of the first virtual host where that is so.
void find_hidden_of_main(const written_directive& d, const rules_of_all& rules,
                         const matcher& matches, findings& out)
{
    const auto set = asked_after_rules(words_of(d));
    if (!set || !is_inherited_redirect(words_of(d)))
        return;
    for (const auto* s = d.server->next; s; s = s->next)
        if (const auto* by = taker_of(rules.at(s), *set, matches)) {
            out.push_back(hidden_directive(d.text(), d.place, *set, *by,
                                           " in the virtual host at " + place_of(s)));
            return;
        }
}

// The sections of the main server are those of its virtual hosts, too: said of the first.
void find_proxy_handler(const written_directive& d, const rules_of_all& rules,
                        const std::set<const server_rec*>& passing, const matcher& matches,
                        findings& out)
{
    const auto set = has_proxy_handler(words_of(d));
    const asked_rule* by = nullptr;
    for (const auto* s = d.server; set && s && !by; s = d.server->is_virtual ? nullptr : s->next)
        by = passing.contains(s) ? nullptr : taker_of(rules.at(s), *set, matches);
    if (!by)
        return;
    std::string text = d.text();
    text.append(" (").append(d.place).append(") in <Location \"").append(set->path);
    text.append("\"> replaces ").append(text_of(*by)).append(" (").append(by->place);
    text.append("), and mod_proxy does not answer either: clients get 404. Remove that line");
    out.push_back({"V6F0254", d.place, std::move(text)});
}

} // namespace

void find_hidden(const server_rec* main_server, findings& out)
{
    apr_pool_t* pool = nullptr;
    apr_pool_create(&pool, main_server->process->pool);
    const auto matches = matcher_in(pool);
    const auto passing = servers_that_pass_through(main_server);
    rules_of_all rules;
    for (const auto* s = main_server; s; s = s->next) {
        rules[s] = rules_in_order(main_server, s);
        // A request that mod_rewrite gives another path meets no <Location> of that path.
        if (passing.contains(s))
            std::erase_if(rules[s], [](const asked_rule& r) {
                return r.is == asked_rule::kind::location && !r.excludes;
            });
        find_hidden_rules(rules[s], matches, out);
    }
    for_each_directive(main_server, [&](const written_directive& d) {
        find_proxy_handler(d, rules, passing, matches, out);
        const auto before = out.size();
        find_hidden_directive(d, rules[d.server], d.server == main_server, matches, out);
        if (d.server == main_server && out.size() == before)
            find_hidden_of_main(d, rules, matches, out);
    });
    apr_pool_destroy(pool);
}

} // namespace v6front
