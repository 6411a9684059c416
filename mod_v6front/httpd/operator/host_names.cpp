// SPDX-License-Identifier: Apache-2.0

#include "host_names.hpp"

#include "core/base/ascii.hpp"
#include "httpd/config/backends.hpp"
#include "httpd/config/config_tree.hpp"
#include "host_addresses.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace v6front
{

namespace
{

std::vector<const char*> names_of(const server_rec* s)
{
    std::vector<const char*> all{s->server_hostname};
    for (const auto* names : {s->names, s->wild_names})
        for (int i = 0; names && i < names->nelts; ++i)
            all.push_back(APR_ARRAY_IDX(names, i, const char*));
    std::erase(all, nullptr);
    return all;
}

// How a virtual host has the name of another one: "ServerAlias *.test"; empty if it does not.
std::string name_shared_by(const server_rec* before, const server_rec* s)
{
    const std::string name = s->server_hostname;
    if (strcasecmp(before->server_hostname, name.c_str()) == 0)
        return "ServerName " + name;
    for (const auto* names : {before->names, before->wild_names})
        for (int i = 0; names && i < names->nelts; ++i) {
            const char* alias = APR_ARRAY_IDX(names, i, const char*);
            if (alias && ap_strcasecmp_match(name.c_str(), alias) == 0)
                return std::string("ServerAlias ") + alias;
        }
    return {};
}

// httpd keeps its virtual hosts in the reverse order of the configuration.
void find_hidden_host(const server_rec* s, findings& out)
{
    for (const auto* before = s->next; before; before = before->next) {
        if (!has_place_of(before, s) || has_aliases(s))
            continue;
        const auto name = name_shared_by(before, s);
        if (name.empty())
            continue;
        out.push_back({"V6F0209", place_of(s),
                       "the virtual host at " + place_of(s) + " is never reached: " +
                           place_of(before) + " comes first and has the same address and " + name +
                           (name.starts_with("ServerAlias")
                                ? ". Remove that alias, or put this virtual host first"
                                : ". Give one of them another name")});
        return;
    }
}

// Requests that no name is for go to the first virtual host of their address.
void find_nameless_host(const server_rec* s, findings& out)
{
    const server_rec* first = nullptr;
    for (const auto* before = s->next; before; before = before->next)
        if (has_place_of(before, s))
            first = before;
    if (!first || has_aliases(s))
        return;
    std::string text = "the virtual host at " + place_of(s);
    text.append(" has no ServerName, so httpd calls it ").append(s->server_hostname);
    text.append(". Requests for other names go to the virtual host at ");
    text.append(place_of(first)).append(", which has the same address and comes first. Write the ");
    text.append("site's name here: \"ServerName www.example.org\"");
    out.push_back({"V6F0209", place_of(s), std::move(text)});
}

// What a client sends has no dot at its end once httpd has read it (vhost.c, fix_hostname).
void find_dotted_name(const server_rec* s, findings& out)
{
    const auto name = view(s->server_hostname);
    if (name.size() > 1 && name.ends_with('.'))
        out.push_back({"V6F0209", place_of(s),
                       "ServerName " + std::string(name) + " of the virtual host at " +
                           place_of(s) +
                           " matches no request: httpd takes the last dot off a request's Host. "
                           "Write \"" +
                           std::string(name.substr(0, name.size() - 1)) + "\""});
}

} // namespace

nameless_hosts find_nameless_hosts(const server_rec* main_server)
{
    nameless_hosts found;
    for (const auto* s = main_server->next; s; s = s->next)
        found.insert(s);
    for_each_directive(main_server, [&found](const written_directive& d) {
        // A file that is included twice defines two hosts at one place.
        if (iequals(d.name, "ServerName"))
            std::erase_if(found, [&d](const auto* s) { return place_of(s) == place_of(d.server); });
    });
    return found;
}

bool has_written_main_name(const server_rec* main_server, const server_rec* s)
{
    bool written = false;
    for_each_directive(main_server, [&](const written_directive& d) {
        written = written || (d.server == main_server && iequals(d.name, "ServerName"));
    });
    return written && view(s->server_hostname) == view(main_server->server_hostname);
}

bool has_aliases(const server_rec* s)
{
    return (s->names && s->names->nelts > 0) || (s->wild_names && s->wild_names->nelts > 0);
}

bool share_name(const server_rec* one, const server_rec* other)
{
    const auto names = names_of(one), others = names_of(other);
    return std::any_of(names.begin(), names.end(), [&others](const char* name) {
        return std::any_of(others.begin(), others.end(), [name](const char* each) {
            return ap_strcasecmp_match(name, each) == 0 || ap_strcasecmp_match(each, name) == 0;
        });
    });
}

void find_unreachable_name(const server_rec* s, const nameless_hosts& nameless, findings& out)
{
    if (nameless.contains(s))
        return find_nameless_host(s, out);
    find_hidden_host(s, out);
    find_dotted_name(s, out);
}

} // namespace v6front
