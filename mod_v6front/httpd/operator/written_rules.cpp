// SPDX-License-Identifier: Apache-2.0

#include "written_rules.hpp"

#include "httpd/config/config.hpp"

#include <map>
#include <memory>
#include <set>

namespace v6front
{

namespace
{

std::set<std::string> places_of(const server_config& config)
{
    std::set<std::string> places;
    for (const auto* r : config.location_routes)
        places.insert(r->place);
    for (const auto& m : config.matches)
        places.insert(m.place);
    for (const auto& r : config.routes.routes())
        places.insert(r.place);
    return places;
}

} // namespace

written_words words_of(const written_directive& d)
{
    written_words words{d.name, d.words};
    if (d.section) {
        words.section = d.section->directive;
        words.section_args = d.section->args;
    }
    return words;
}

matcher matcher_in(apr_pool_t* pool)
{
    auto compiled = std::make_shared<std::map<std::string, const ap_regex_t*>>();
    return [pool, compiled](const std::string& expression, const std::string& path) {
        const auto [at, is_new] = compiled->try_emplace(expression);
        if (is_new)
            at->second = ap_pregcomp(pool, expression.c_str(), AP_REG_EXTENDED);
        const auto* regex = at->second;
        return regex && ap_regexec(regex, path.c_str(), 0, nullptr, 0) == 0;
    };
}

// Of <Location> sections the last one decides, and httpd takes the main server's before those of a
// virtual host (core.c, merge_core_server_configs); here its own are the first.
asked_rules rules_in_order(const server_rec* main_server, const server_rec* s)
{
    const auto& config = *config_of(s);
    const auto outer =
        s == main_server ? std::set<std::string>() : places_of(*config_of(main_server));
    asked_rules all;
    const auto add = [&](asked_rule::kind is, const std::string& words, const rule& r) {
        all.push_back({is, words, r.place, !r.backend, outer.contains(r.place)});
    };
    const auto& sections = config.location_routes;
    const auto inherited = s == main_server ? 0 : config_of(main_server)->location_routes.size();
    const auto own = sections.size() - inherited;
    for (auto i = own; i > 0; --i)
        add(asked_rule::kind::location, sections[i - 1]->path, *sections[i - 1]);
    for (auto i = sections.size(); i > own; --i)
        add(asked_rule::kind::location, sections[i - 1]->path, *sections[i - 1]);
    for (const auto& m : config.matches)
        add(asked_rule::kind::expression, m.pattern, m);
    for (const auto& r : config.routes.routes())
        add(asked_rule::kind::path, r.path, r);
    return all;
}

} // namespace v6front
