// SPDX-License-Identifier: Apache-2.0
//
// The setters behind the directive table. A bad value becomes one sentence that names the
// directive, the value and what would be right; httpd adds the file and the line.

#include "bridge.h"
#include "config.hpp"
#include "guard.hpp"

#include <charconv>
#include <string>

namespace v6front
{

namespace
{

// Runs a setter; a setting_error is the operator's mistake and goes back as text.
template <class F> const char* set(cmd_parms* cmd, F&& f) noexcept
{
    const char* failed = "failed, out of memory?";
    return guard(cmd->cmd->name, failed, [&]() -> const char* {
        try {
            f();
            return nullptr;
        } catch (const setting_error& e) {
            return apr_pstrcat(cmd->pool, cmd->cmd->name, ": ", e.what(), nullptr);
        }
    });
}

server_config& server_of(const cmd_parms* cmd)
{
    return *config_of(cmd->server);
}
location_config& location_of(void* dir)
{
    return *static_cast<location_config*>(dir);
}

// In <Location "/path"> the path is the location's; not possible where that is a pattern or a
// folder.
bool in_location(cmd_parms* cmd)
{
    if (!cmd->path)
        return false;
    if (ap_check_cmd_context(cmd, NOT_IN_DIRECTORY | NOT_IN_FILES | NOT_IN_HTACCESS))
        throw setting_error("belongs in a server, a <VirtualHost> or a <Location>");
    if (cmd->directive && cmd->directive->parent &&
        strcasecmp(cmd->directive->parent->directive, "<LocationMatch") == 0)
        throw setting_error("cannot stand in <LocationMatch>; use V6FrontPassMatch in the "
                            "<VirtualHost>");
    return true;
}

route make_route(std::string path, std::string_view url, int argc, char* const argv[])
{
    check_route_path(path);
    route made{std::move(path), std::nullopt, {}};
    if (url != "!")
        made.backend = parse_backend_url(url);
    else if (argc > 0)
        throw setting_error("\"!\" excludes the path and takes no settings, but \"" +
                            std::string(argv[0]) + "\" follows it");
    for (int i = 0; i < argc; ++i)
        set_option(made.settings, argv[i]);
    return made;
}

void set_pass(cmd_parms* cmd, void* dir, int argc, char* const argv[])
{
    if (in_location(cmd)) {
        if (argc < 1)
            throw setting_error("needs the http:// URL of the IPv4 site, or !");
        if (argc > 1 && argv[0][0] == '/')
            throw setting_error("in <Location> takes the URL only, the path is the location's own "
                                "(\"" +
                                std::string(cmd->path) + "\"); leave out \"" +
                                std::string(argv[0]) + "\"");
        location_of(dir).own_route =
            pool_new<route>(cmd->pool, make_route(cmd->path, argv[0], argc - 1, argv + 1));
        server_of(cmd).has_location_routes = true;
        return;
    }
    if (argc < 2)
        throw setting_error("needs a path and the http:// URL of the IPv4 site, such as "
                            "\"V6FrontPass / http://www.example.org/\"");
    server_of(cmd).routes.add(make_route(argv[0], argv[1], argc - 2, argv + 2));
}

void set_pass_match(cmd_parms* cmd, const char* regex, const char* url)
{
    match_rule rule;
    rule.regex = ap_pregcomp(cmd->pool, regex, AP_REG_EXTENDED);
    if (!rule.regex)
        throw setting_error("\"" + std::string(regex) + "\" is not a regular expression");
    if (view(url) != "!")
        rule.backend = parse_backend_url(url);
    server_of(cmd).matches.push_back(std::move(rule));
}

void set_pass_reverse(cmd_parms* cmd, void* dir, const char* first, const char* second)
{
    reverse_rule rule;
    if (in_location(cmd)) {
        if (second)
            throw setting_error("in <Location> takes the URL only, the path is the location's own");
        rule.path = cmd->path;
        rule.backend = parse_backend_url(first);
    } else {
        if (!second)
            throw setting_error("needs a path and the http:// URL whose redirects are mapped to "
                                "it; only in <Location> the path may be left out");
        check_route_path(first);
        rule.path = first;
        rule.backend = parse_backend_url(second);
    }
    location_of(dir).reverse.push_back(std::move(rule));
}

void set_backend_v4(cmd_parms* cmd, int argc, char* const argv[])
{
    std::string name;
    int i = 0;
    if (argc > 0 && !parse_ipv4(argv[0]) && !looks_like_ipv6(argv[0])) {
        name = parse_backend_url("http://" + std::string(argv[0])).host;
        i = 1;
    }
    if (i == argc)
        throw setting_error("needs at least one IPv4 address, such as \"V6FrontBackendV4 "
                            "www.example.org 192.0.2.10\"");
    std::vector<asio::ip::address_v4> addresses;
    for (; i < argc; ++i) {
        const auto address = parse_ipv4(argv[i]);
        if (!address)
            throw setting_error(
                "\"" + std::string(argv[i]) +
                "\" is not an IPv4 address such as "
                "192.0.2.10" +
                (looks_like_ipv6(argv[i]) ? "; backends are reached over IPv4 only" : ""));
        addresses.emplace_back(*address);
    }
    auto& pins = server_of(cmd).pins;
    if (!pins.emplace(name, std::move(addresses)).second)
        throw setting_error(name.empty() ? "is given twice for every backend of this server"
                                         : "is given twice for \"" + name + "\"");
}

void set_threads(cmd_parms* cmd, const char* value)
{
    if (const char* misplaced = ap_check_cmd_context(cmd, GLOBAL_ONLY))
        throw setting_error(misplaced);
    unsigned n = 0;
    const auto text = view(value);
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (ec != std::errc() || end != text.data() + text.size() || n < 1 || n > 64)
        throw setting_error("\"" + std::string(text) +
                            "\" is not a number of engines from 1 to 64");
    server_of(cmd).threads = n;
}

void set_timeout(void* dir, const char* key_value)
{
    const auto text = view(key_value);
    const auto key = text.substr(0, text.find('='));
    if (!iequals(key, "connect") && !iequals(key, "response") && !iequals(key, "idle"))
        throw setting_error("\"" + std::string(text) +
                            "\" is not one of connect=, response= and "
                            "idle=, such as connect=3 or response=500ms");
    set_option(location_of(dir).settings, text);
}

} // namespace

extern "C" {

const char* v6front_set_pass(cmd_parms* cmd, void* dir, int argc, char* const argv[])
{
    return set(cmd, [=] { set_pass(cmd, dir, argc, argv); });
}

const char* v6front_set_pass_match(cmd_parms* cmd, void*, const char* regex, const char* url)
{
    return set(cmd, [=] { set_pass_match(cmd, regex, url); });
}

const char* v6front_set_pass_reverse(cmd_parms* cmd, void* dir, const char* first,
                                     const char* second)
{
    return set(cmd, [=] { set_pass_reverse(cmd, dir, first, second); });
}

const char* v6front_set_backend_v4(cmd_parms* cmd, void*, int argc, char* const argv[])
{
    return set(cmd, [=] { set_backend_v4(cmd, argc, argv); });
}

const char* v6front_set_preserve_host(cmd_parms* cmd, void* dir, const char* value)
{
    return set(cmd, [=] {
        location_of(dir).settings.preserve_host = parse_on_off(cmd->cmd->name, value);
    });
}

const char* v6front_set_engine(cmd_parms* cmd, void*, const char* value)
{
    return set(cmd, [=] { server_of(cmd).engine = parse_on_off(cmd->cmd->name, value); });
}

const char* v6front_set_threads(cmd_parms* cmd, void*, const char* value)
{
    return set(cmd, [=] { set_threads(cmd, value); });
}

const char* v6front_set_timeout(cmd_parms* cmd, void* dir, const char* key_value)
{
    return set(cmd, [=] { set_timeout(dir, key_value); });
}

} // extern "C"

} // namespace v6front
