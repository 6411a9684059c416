// SPDX-License-Identifier: Apache-2.0
//
// The setters behind the directive table. A bad value becomes one sentence that names the
// directive, the value and what would be right; httpd adds the file and the line.

#include "core/edits/target.hpp"
#include "core/message/fields.hpp"
#include "httpd/base/bridge.h"
#include "httpd/base/guard.hpp"
#include "checks.hpp"
#include "config.hpp"
#include "directive_place.hpp"

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

// What follows the path or the expression of a rule: a URL with its settings, or "!".
template <class Rule>
void set_backend(cmd_parms* cmd, Rule& rule, std::string_view url, int argc, char* const argv[])
{
    if (url != "!")
        rule.backend = parse_backend_url(url);
    else if (argc > 0)
        throw setting_error("\"!\" excludes the path and takes no settings, but \"" +
                            std::string(argv[0]) + "\" follows it");
    check_keys_differ(std::vector<std::string_view>(argv, argv + argc));
    for (int i = 0; i < argc; ++i)
        set_option(rule.settings, argv[i]);
    rule.place = place_of(cmd);
    if (rule.settings.most_in_flight)
        rule.limit = ++limits_in(cmd->pool);
    else if (rule.settings.most_queued)
        throw setting_error("queue= needs max=: without a limit no request has to wait");
}

route make_route(cmd_parms* cmd, std::string path, std::string_view url, int argc,
                 char* const argv[])
{
    check_route_path(path);
    route made{std::move(path), std::nullopt, {}};
    set_backend(cmd, made, url, argc, argv);
    return made;
}

void set_pass(cmd_parms* cmd, void* dir, int argc, char* const argv[])
{
    if (in_location(cmd)) {
        if (argc < 1)
            throw setting_error("needs the http:// URL of the IPv4 site, or !");
        if (argc > 1 && argv[0][0] == '/')
            throw setting_error(
                "in <Location> takes only the URL; the path is that of the location (\"" +
                std::string(cmd->path) + "\"): remove \"" + std::string(argv[0]) + "\"");
        location_of(dir).own_route =
            pool_new<route>(cmd->pool, make_route(cmd, cmd->path, argv[0], argc - 1, argv + 1));
        server_of(cmd).location_routes.push_back(location_of(dir).own_route);
        return;
    }
    if (argc < 2)
        throw setting_error("needs a path and the http:// URL of the IPv4 site, such as "
                            "\"V6FrontPass / http://www.example.org/\"");
    server_of(cmd).routes.add(make_route(cmd, argv[0], argv[1], argc - 2, argv + 2));
}

void set_pass_match(cmd_parms* cmd, int argc, char* const argv[])
{
    if (argc < 2)
        throw setting_error("needs a regular expression and the http:// URL of the IPv4 site, such "
                            "as \"V6FrontPassMatch ^/user/(.*) http://www.example.org/$1\"");
    match_rule rule;
    rule.pattern = argv[0];
    rule.regex = ap_pregcomp(cmd->pool, argv[0], AP_REG_EXTENDED);
    if (!rule.regex)
        throw setting_error("\"" + rule.pattern + "\" is not a regular expression");
    set_backend(cmd, rule, argv[1], argc - 2, argv + 2);
    const auto wanted = rule.backend ? highest_group(rule.backend->path) : 0;
    if (wanted > static_cast<int>(rule.regex->re_nsub))
        throw setting_error(
            "the URL has $" + std::to_string(wanted) + ", but \"" + rule.pattern + "\" has " +
            (rule.regex->re_nsub == 0 ? "no group"
                                      : std::to_string(rule.regex->re_nsub) + " group(s)") +
            ": put the part to copy into parentheses, such as \"^/user/(.*)\"");
    server_of(cmd).matches.push_back(std::move(rule));
}

void set_pass_reverse(cmd_parms* cmd, void* dir, const char* first, const char* second)
{
    reverse_rule rule;
    if (in_location(cmd)) {
        if (second)
            throw setting_error(
                "in <Location> takes only the URL; the path is that of the location");
        rule.path = cmd->path;
        rule.backend = parse_backend_url(first);
    } else {
        if (!second)
            throw setting_error("needs a path and the http:// URL whose redirects are mapped to "
                                "it; the path may be omitted only in <Location>");
        check_route_path(first);
        rule.path = first;
        rule.backend = parse_backend_url(second);
    }
    location_of(dir).reverse.push_back(std::move(rule));
}

// A host name as in a backend's URL. Throws for what is none.
std::string host_name(std::string_view text)
{
    if (const auto scheme = text.find("://"); scheme != text.npos) {
        const auto host =
            text.substr(scheme + 3, text.find_first_of(":/", scheme + 3) - scheme - 3);
        throw setting_error("\"" + std::string(text) + "\" is a URL; write the name alone" +
                            (host.empty() ? "" : ": \"" + std::string(host) + "\""));
    }
    if (looks_like_ipv6(text))
        throw setting_error("\"" + std::string(text) +
                            "\" is not an IPv4 address such as 192.0.2.10; backends are reached "
                            "over IPv4 only");
    // Digits and dots alone are an address that was mistyped: no name ends in a number.
    const auto last = text.substr(text.rfind('.') + 1);
    if (!last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos)
        throw setting_error("\"" + std::string(text) +
                            "\" is not an IPv4 address such as 192.0.2.10");
    const auto url = parse_backend_url("http://" + std::string(text));
    if (url.port != 80 || url.path != "/" || text.find_first_of(":/") != std::string_view::npos)
        throw setting_error("\"" + std::string(text) +
                            "\" is not a host name; port and path belong in V6FrontPass");
    return url.host;
}

void set_backend_v4(cmd_parms* cmd, int argc, char* const argv[])
{
    std::string name;
    int i = 0;
    if (argc > 0 && !parse_ipv4(argv[0])) {
        if (view(argv[0]) != "*")
            name = host_name(argv[0]);
        i = 1;
    }
    if (i == argc)
        throw setting_error("needs at least one IPv4 address, or another name to look up, such as "
                            "\"V6FrontBackendV4 www.example.org 192.0.2.10\"; use * for every "
                            "backend of this server");
    backend_targets targets;
    for (; i < argc; ++i) {
        if (const auto address = parse_ipv4(argv[i]))
            targets.addresses.emplace_back(*address);
        else
            targets.names.push_back(host_name(argv[i]));
    }
    targets.place = place_of(cmd);
    const auto [first, is_new] = server_of(cmd).pins.emplace(name, std::move(targets));
    if (!is_new)
        throw setting_error(
            "is given twice for " +
            (name.empty() ? "every backend of this server" : "\"" + name + "\"") +
            (first->second.place.empty() ? "" : ", first at " + first->second.place));
}

void set_resolve(cmd_parms* cmd, const char* key_value)
{
    if (const char* misplaced = ap_check_cmd_context(cmd, GLOBAL_ONLY))
        throw setting_error(misplaced);
    check_all_keys_differ(cmd);
    set_option(server_of(cmd).names, key_value);
}

void set_check(cmd_parms* cmd, int argc, char* const argv[])
{
    configured_check check{cmd->server, {}, {}};
    int i = 0;
    if (argc > 0 && view(argv[0]).find('=') == std::string_view::npos)
        check.name = host_name(argv[i++]);
    check.place = place_of(cmd);
    check_keys_differ(std::vector<std::string_view>(argv + i, argv + argc));
    for (; i < argc; ++i)
        set_option(check.rule, argv[i]);
    add_check(cmd->pool, std::move(check));
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

void set_graceful_timeout(cmd_parms* cmd, const char* value)
{
    if (const char* misplaced = ap_check_cmd_context(cmd, GLOBAL_ONLY))
        throw setting_error(misplaced);
    const auto limit = parse_duration(view(value));
    if (!limit)
        throw setting_error("\"" + std::string(view(value)) +
                            "\" must be a duration in seconds or with a unit, such as 3, 500ms, "
                            "2min or 1h, above 0 and at most 24 hours");
    server_of(cmd).graceful_timeout = limit;
}

void set_timeout(const cmd_parms* cmd, void* dir, const char* key_value)
{
    check_all_keys_differ(cmd);
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

const char* v6front_set_pass_match(cmd_parms* cmd, void*, int argc, char* const argv[])
{
    return set(cmd, [=] { set_pass_match(cmd, argc, argv); });
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

const char* v6front_set_check(cmd_parms* cmd, void*, int argc, char* const argv[])
{
    return set(cmd, [=] { set_check(cmd, argc, argv); });
}

const char* v6front_set_preserve_host(cmd_parms* cmd, void* dir, const char* value)
{
    return set(cmd, [=] { location_of(dir).settings.preserve_host = parse_on_off({}, value); });
}

const char* v6front_set_via(cmd_parms* cmd, void* dir, const char* value)
{
    return set(cmd, [=] { location_of(dir).settings.via = parse_on_off({}, value); });
}

const char* v6front_set_add_headers(cmd_parms* cmd, void* dir, const char* value)
{
    return set(cmd, [=] { location_of(dir).settings.add_headers = parse_on_off({}, value); });
}

const char* v6front_set_engine(cmd_parms* cmd, void*, const char* value)
{
    return set(cmd, [=] { server_of(cmd).engine = parse_on_off({}, value); });
}

const char* v6front_set_threads(cmd_parms* cmd, void*, const char* value)
{
    return set(cmd, [=] { set_threads(cmd, value); });
}

const char* v6front_set_resolve(cmd_parms* cmd, void*, const char* key_value)
{
    return set(cmd, [=] { set_resolve(cmd, key_value); });
}

const char* v6front_set_graceful_timeout(cmd_parms* cmd, void*, const char* value)
{
    return set(cmd, [=] { set_graceful_timeout(cmd, value); });
}

const char* v6front_set_timeout(cmd_parms* cmd, void* dir, const char* key_value)
{
    return set(cmd, [=] { set_timeout(cmd, dir, key_value); });
}

} // extern "C"

} // namespace v6front
