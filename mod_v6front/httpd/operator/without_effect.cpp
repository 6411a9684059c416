// SPDX-License-Identifier: Apache-2.0

#include "without_effect.hpp"

#include "httpd/config/backends.hpp"
#include "httpd/config/checks.hpp"
#include "httpd/config/config_tree.hpp"
#include "httpd/config/tls_rules.hpp"

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

// A pin of the main server is inherited, so it counts as used if any virtual host has that backend.
void find_pins(const server_rec* main_server, findings& out)
{
    std::set<std::string> used, said;
    for (const auto* s = main_server; s; s = s->next)
        for (const auto& name : backend_names(main_server, s))
            used.insert(config_of(s)->pinned(name).place);
    for (const auto* s = main_server; s; s = s->next)
        for (const auto& [name, targets] : config_of(s)->pins)
            if (!name.empty() && !used.contains(targets.place) && said.insert(targets.place).second)
                out.push_back(unknown_name("V6FrontBackendV4", name, targets.place,
                                           backend_names(main_server, s)));
}

void find_checks(const server_rec* main_server, findings& out)
{
    for (const auto& check : checks_in(main_server->process->pconf)) {
        const auto known = backend_names(main_server, check.server);
        if (!check.name.empty() && !known.contains(check.name))
            out.push_back(unknown_name("V6FrontCheck", check.name, check.place, known));
    }
}

// Only https:// backends have any use for it.
void find_tls_rules(const server_rec* main_server, findings& out)
{
    for (const auto& t : tls_rules_in(main_server->process->pconf)) {
        std::set<std::string> known;
        std::string plain; // a rule with that name, or without one any rule
        for_each_backend(main_server, [&](const configured_backend& b) {
            if (t.server != main_server && b.server != t.server)
                return;
            if (b.backend.url.tls)
                known.insert(b.backend.url.host);
            else if (plain.empty() && (t.name.empty() || b.backend.url.host == t.name))
                plain = b.rule + " (" + b.place + ")";
        });
        if (t.name.empty() ? !known.empty() : known.contains(t.name))
            continue;
        out.push_back(plain.empty() ? unknown_name("V6FrontTLS", t.name, t.place, known)
                                    : plain_backend(t.name, t.place, plain));
    }
}

// V6FrontBackendV4 with address and name the wrong way round is a pin for all.
void find_reversed_pins(const server_rec* main_server, findings& out)
{
    for (const auto* s = main_server; s; s = s->next) {
        const auto pin = config_of(s)->pins.find("");
        if (pin == config_of(s)->pins.end() || pin->second.addresses.empty())
            continue;
        const auto known = backend_names(main_server, s);
        for (const auto& name : pin->second.names)
            if (known.contains(name)) {
                out.push_back(reversed_pin(name, pin->second.place));
                break;
            }
    }
}

void find_odd_urls(const server_rec* main_server, findings& out)
{
    std::set<std::string> said; // virtual hosts inherit rules
    for_each_backend(main_server, [&](const configured_backend& b) {
        if (const char* why = odd_url(b.backend.url); why && said.insert(b.place).second)
            out.push_back({"V6F0248", b.place, b.rule + " (" + b.place + "): " + why});
    });
}

// Of ours, one that means something only to requests that go to a site. V6FrontEngine and
// V6FrontAccept are about connections.
bool is_setting_of_rules(std::string_view name)
{
    return name.size() > 7 && iequals(name.substr(0, 7), "V6Front") &&
           !iequals(name, "V6FrontPass") && !iequals(name, "V6FrontPassMatch") &&
           !iequals(name, "V6FrontEngine") && !iequals(name, "V6FrontAccept");
}

} // namespace

void find_idle_settings(const server_rec* main_server, findings& out)
{
    std::set<const server_rec*> said;
    std::set<std::string> known; // what is wrong with it has been said
    for (const auto& f : out)
        known.insert(f.place);
    for_each_directive(main_server, [&](const written_directive& d) {
        // Those of the main server are for every virtual host.
        if (d.server == main_server || !is_setting_of_rules(d.name) || known.contains(d.place) ||
            config_of(d.server)->has_routes() || !said.insert(d.server).second)
            return;
        std::string text = d.text();
        text.append(" (").append(d.place).append(") has no effect: the virtual host at ");
        text.append(place_of(d.server))
            .append(" sends nothing to a site. Add its V6FrontPass, or "
                    "write the directive where the rules are");
        out.push_back({"V6F0253", d.place, std::move(text)});
    });
}

void find_no_effect(const server_rec* main_server, std::span<const server_rules> servers,
                    findings& out)
{
    find_pins(main_server, out);
    find_checks(main_server, out);
    find_tls_rules(main_server, out);
    find_reversed_pins(main_server, out);
    find_odd_urls(main_server, out);
    find_without_effect(servers, out);
}

} // namespace v6front
