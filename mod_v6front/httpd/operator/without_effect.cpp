// SPDX-License-Identifier: Apache-2.0

#include "without_effect.hpp"

#include "core/edits/target.hpp"
#include "httpd/base/log.hpp"
#include "httpd/config/backends.hpp"
#include "httpd/config/checks.hpp"
#include "httpd/config/tls_rules.hpp"

#include <algorithm>
#include <set>

namespace v6front
{

namespace
{

// The names of all backends of a server; of all servers, where that is the main one.
std::set<std::string> backend_names(const server_rec* main_server, const server_rec* of)
{
    std::set<std::string> names;
    for_each_backend(main_server, [&](const configured_backend& b) {
        if (of == main_server || b.server == of)
            names.insert(b.backend.url.host);
    });
    return names;
}

std::string list(const std::set<std::string>& names)
{
    constexpr std::size_t enough = 5;
    std::string out;
    std::size_t n = 0;
    for (const auto& name : names) {
        if (n++ == enough)
            return out + ", ...";
        out += (out.empty() ? "" : ", ") + name;
    }
    return out.empty() ? "none" : out;
}

void say_unknown(server_rec* main_server, const char* directive, const std::string& name,
                 const std::string& place, const std::set<std::string>& known)
{
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 V6LOGNO(0211) "%s %s (%s) has no effect: no V6FrontPass there uses this name. "
                               "Backends there: %s",
                 directive, name.empty() ? "without a name" : name.c_str(), place.c_str(),
                 list(known).c_str());
}

// A pin of the main server is inherited, so it counts as used if any virtual host has that backend.
void warn_of_pins(server_rec* main_server)
{
    std::set<std::string> used, said;
    for (const auto* s = main_server; s; s = s->next)
        for (const auto& name : backend_names(main_server, s))
            used.insert(config_of(s)->pinned(name).place);
    for (const auto* s = main_server; s; s = s->next)
        for (const auto& [name, targets] : config_of(s)->pins)
            if (!name.empty() && !used.contains(targets.place) && said.insert(targets.place).second)
                say_unknown(main_server, "V6FrontBackendV4", name, targets.place,
                            backend_names(main_server, s));
}

void warn_of_checks(server_rec* main_server)
{
    for (const auto& check : checks_in(main_server->process->pconf)) {
        const auto known = backend_names(main_server, check.server);
        if (!check.name.empty() && !known.contains(check.name))
            say_unknown(main_server, "V6FrontCheck", check.name, check.place, known);
    }
}

// Only https:// backends have any use for it.
void warn_of_tls_rules(server_rec* main_server)
{
    for (const auto& t : tls_rules_in(main_server->process->pconf)) {
        std::set<std::string> known;
        for_each_backend(main_server, [&](const configured_backend& b) {
            if (b.backend.url.tls && (t.server == main_server || b.server == t.server))
                known.insert(b.backend.url.host);
        });
        if (t.name.empty() ? known.empty() : !known.contains(t.name))
            say_unknown(main_server, "V6FrontTLS", t.name, t.place, known);
    }
}

// What an operator may have meant by a path that is taken as it is written.
const char* misread(const route& r)
{
    if (r.path.find('*') != std::string::npos)
        return "\"*\" in its path matches only itself. A path already includes everything below "
               "it; for patterns use V6FrontPassMatch";
    if (r.backend && highest_group(r.backend->path) > 0)
        return "$1 to $9 in its URL are sent literally; only V6FrontPassMatch replaces them";
    return nullptr;
}

// A path of this server would take these requests, but for this exclusion. Expressions and
// locations come before all paths, and have exclusions of their own.
bool excludes_something(const server_config& config, const route& exclusion)
{
    const auto& routes = config.routes.routes();
    const auto& path = exclusion.path;
    return std::any_of(routes.begin(), routes.end(),
                       [&path](const route& r) { return r.backend && is_below(path, r.path); });
}

void warn_of_routes(server_rec* main_server)
{
    std::set<std::string> said, works; // by place, since virtual hosts inherit rules
    for (const auto* s = main_server; s; s = s->next)
        for (const auto& r : config_of(s)->routes.routes())
            if (!r.backend && excludes_something(*config_of(s), r))
                works.insert(r.place);
    for (const auto* s = main_server; s; s = s->next)
        for (const auto& r : config_of(s)->routes.routes()) {
            if (const char* why = misread(r); why && said.insert(r.place).second)
                ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                             V6LOGNO(0212) "V6FrontPass %s (%s): %s", r.path.c_str(),
                             r.place.c_str(), why);
            if (!r.backend && !works.contains(r.place) && said.insert(r.place).second)
                ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                             V6LOGNO(0213) "V6FrontPass %s ! (%s) has no effect: no other "
                                           "V6FrontPass takes that path",
                             r.path.c_str(), r.place.c_str());
        }
}

} // namespace

void warn_of_no_effect(server_rec* main_server)
{
    warn_of_pins(main_server);
    warn_of_checks(main_server);
    warn_of_tls_rules(main_server);
    warn_of_routes(main_server);
}

} // namespace v6front
