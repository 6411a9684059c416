// SPDX-License-Identifier: Apache-2.0
//
// The directive table and its setters. A new directive is a setter and a row; what it sets has a
// place in server_config or location_config (config.hpp), or is a key of V6FrontPass, whose row
// names the directive. A bad value becomes one sentence that names the
// directive, the value and what would be right; httpd adds the file and the line.

#include "core/base/numbers.hpp"
#include "core/edits/target.hpp"
#include "core/message/fields.hpp"
#include "core/rules/given_twice.hpp"
#include "core/rules/path_move.hpp"
#include "httpd/base/bridge.h"
#include "httpd/base/guard.hpp"
#include "accept_directive.hpp"
#include "checks.hpp"
#include "config.hpp"
#include "cookie_directives.hpp"
#include "directive_place.hpp"
#include "forwarded_directives.hpp"
#include "pseudo_v4_directive.hpp"
#include "tls_rules.hpp"

#include <algorithm>
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
            check_has_effect(cmd);
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
void set_backend(cmd_parms* cmd, rule& rule, std::string_view url, int argc, char* const argv[])
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
    if (rule.settings.max_in_flight)
        rule.limit = ++limits_in(cmd->pool);
    else if (rule.settings.max_queued)
        throw setting_error("queue= needs max=: without a limit no request has to wait");
}

route make_route(cmd_parms* cmd, std::string path, std::string_view url, int argc,
                 char* const argv[])
{
    check_route_path(path);
    route made{{}, std::move(path)};
    set_backend(cmd, made, url, argc, argv);
    return made;
}

void set_pass(cmd_parms* cmd, void* dir, int argc, char* const argv[])
{
    if (in_location(cmd)) {
        if (argc < 1)
            throw setting_error("needs the URL of the IPv4 site (http:// or https://), or !");
        if (argc > 1 && argv[0][0] == '/')
            throw setting_error(
                "in <Location> takes only the URL; the path is that of the location (\"" +
                std::string(cmd->path) + "\"): remove \"" + std::string(argv[0]) + "\"");
        if (const auto* first = location_of(dir).own_route)
            refuse_second("in this <Location>", first->place);
        location_of(dir).own_route =
            pool_new<route>(cmd->pool, make_route(cmd, cmd->path, argv[0], argc - 1, argv + 1));
        server_of(cmd).location_routes.push_back(location_of(dir).own_route);
        return;
    }
    if (argc < 2)
        throw setting_error("needs a path and the URL of the IPv4 site, such as "
                            "\"V6FrontPass / http://www.example.org/\"");
    server_of(cmd).routes.add(make_route(cmd, argv[0], argv[1], argc - 2, argv + 2));
}

void set_pass_match(cmd_parms* cmd, void*, int argc, char* const argv[])
{
    if (argc < 2)
        throw setting_error("needs a regular expression and the URL of the IPv4 site, such "
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
    if (auto move = rule.backend ? move_of(rule.pattern, rule.backend->path) : std::nullopt) {
        rule.moved = reverse_rule{*rule.backend, std::move(move->path)};
        rule.moved->backend.path = std::move(move->base);
    }
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
            throw setting_error("needs a path and the URL (http:// or https://) whose redirects "
                                "are mapped to it; the "
                                "path may be omitted only in <Location>");
        check_route_path(first);
        rule.path = first;
        rule.backend = parse_backend_url(second);
    }
    location_of(dir).reverse.push_back(std::move(rule));
}

void set_backend_v4(cmd_parms* cmd, void*, int argc, char* const argv[])
{
    std::string name;
    int i = 0;
    if (argc > 0 && !parse_ipv4(argv[0])) {
        if (view(argv[0]) != "*")
            name = parse_host_name(argv[0]);
        i = 1;
    }
    if (i == argc)
        throw setting_error("needs at least one IPv4 address, or another name to look up, such as "
                            "\"V6FrontBackendV4 www.example.org 192.0.2.10\"; use * for every "
                            "backend of this server");
    backend_targets targets;
    for (; i < argc; ++i) {
        auto target = parse_host_name(argv[i]);
        if (const auto address = parse_ipv4(target))
            targets.addresses.emplace_back(*address);
        else
            targets.names.push_back(std::move(target));
    }
    targets.place = place_of(cmd);
    const auto [first, is_new] = server_of(cmd).pins.emplace(name, std::move(targets));
    if (!is_new)
        refuse_second_for(name, first->second.place);
}

void set_resolve(cmd_parms* cmd, void*, const char* key_value)
{
    check_is_global(cmd);
    check_all_keys_differ(cmd);
    set_option(server_of(cmd).names, key_value);
}

void set_check(cmd_parms* cmd, void*, int argc, char* const argv[])
{
    configured_check check{cmd->server, {}, {}};
    int i = 0;
    if (argc > 0 && !split_key_value(view(argv[0])) && argv[0][0] != '/')
        check.name = parse_host_name(argv[i++]);
    check.place = place_of(cmd);
    check_keys_differ(std::vector<std::string_view>(argv + i, argv + argc));
    for (; i < argc; ++i)
        set_option(check.rule, argv[i]);
    add_check(cmd->pool, std::move(check));
}

void set_threads(cmd_parms* cmd, void*, const char* value)
{
    check_is_global(cmd);
    const auto n = parse_number<unsigned>(view(value), 1, 64);
    if (!n)
        throw setting_error("\"" + std::string(view(value)) +
                            "\" is not a number of engines from 1 to 64");
    server_of(cmd).threads = n;
}

void set_graceful_timeout(cmd_parms* cmd, void*, const char* value)
{
    check_is_global(cmd);
    server_of(cmd).graceful_timeout = parse_timeout({}, view(value));
}

void set_timeout(cmd_parms* cmd, void* dir, const char* key_value)
{
    check_all_keys_differ(cmd);
    const auto text = view(key_value);
    const auto word = split_key_value(text);
    const auto keys = keys_of_directive(cmd->cmd->name);
    const auto is_given = [&](auto key) { return iequals(key, word ? word->key : text); };
    if (std::none_of(keys.begin(), keys.end(), is_given))
        throw setting_error("\"" + std::string(text) + "\" is not one of " + list_of_keys(keys) +
                            ", such as connect=3 or response=500ms");
    set_option(location_of(dir).settings, text);
}

void set_setting(cmd_parms* cmd, void* dir, const char* value)
{
    set_by_directive(location_of(dir).settings, cmd->cmd->name, value);
}

// A list, which has commas where it is the value of a key.
void set_list(cmd_parms* cmd, void* dir, int argc, char* const argv[])
{
    std::string value;
    for (int i = 0; i < argc; ++i)
        value.append(i == 0 ? "" : ",").append(argv[i]);
    set_by_directive(location_of(dir).settings, cmd->cmd->name, value);
}

void set_engine(cmd_parms* cmd, void*, const char* value)
{
    server_of(cmd).engine = parse_on_off({}, value);
}

// The rows of the table: a setter, and how httpd gives it what is written. What httpd gets is one
// guarded call of it.
using words_setter = void (*)(cmd_parms*, void*, int, char* const[]);
using pair_setter = void (*)(cmd_parms*, void*, const char*, const char*);
using word_setter = void (*)(cmd_parms*, void*, const char*);

template <words_setter setter> consteval cmd_func words()
{
    return {.take_argv = [](cmd_parms* cmd, void* dir, int argc, char* const argv[]) {
        return set(cmd, [=] {
            check_no_comment(argc, argv);
            setter(cmd, dir, argc, argv);
        });
    }};
}

template <pair_setter setter> consteval cmd_func pair()
{
    return {.take2 = [](cmd_parms* cmd, void* dir, const char* first, const char* second) {
        return set(cmd, [=] { setter(cmd, dir, first, second); });
    }};
}

template <word_setter setter> consteval cmd_func one()
{
    return {.take1 = [](cmd_parms* cmd, void* dir, const char* word) {
        return set(cmd, [=] { setter(cmd, dir, word); });
    }};
}

constexpr int in_server = RSRC_CONF;
constexpr int in_server_or_location = RSRC_CONF | ACCESS_CONF;

} // namespace

} // namespace v6front

using namespace v6front;

const command_rec v6front_directives[] = {
    {"V6FrontPass", words<set_pass>(), nullptr, in_server_or_location, TAKE_ARGV,
     "path and URL (http:// or https://) of an IPv4 site, or ! to exclude the path, then "
     "key=value settings, such as response=5min or max=20; in <Location> "
     "without the path"},
    {"V6FrontPassMatch", words<set_pass_match>(), nullptr, in_server, TAKE_ARGV,
     "regular expression for the path, and URL of an IPv4 site with "
     "$1 to $9, or ! to exclude, then key=value settings as for V6FrontPass"},
    {"V6FrontPassReverse", pair<set_pass_reverse>(), nullptr, in_server_or_location, TAKE12,
     "path on the front and the URL whose redirects are mapped to it; in <Location> "
     "without the path"},
    {"V6FrontCookieDomain", pair<set_cookie_domain>(), nullptr, in_server_or_location, TAKE2,
     "Domain in cookies of the site, and the Domain that clients get instead"},
    {"V6FrontCookiePath", pair<set_cookie_path>(), nullptr, in_server_or_location, TAKE2,
     "Path in cookies of the site, and the Path that clients get instead"},
    {"V6FrontCookieSecure", one<set_setting>(), nullptr, in_server_or_location, TAKE1,
     "On: cookies get the attribute Secure when the client uses TLS and the site does not; Off "
     "(default): as the site sends them"},
    {"V6FrontBackendV4", words<set_backend_v4>(), nullptr, in_server, TAKE_ARGV,
     "backend name (* or no name: every backend of this virtual host), and "
     "the IPv4 addresses or other names to use for it"},
    {"V6FrontResolve", one<set_resolve>(), nullptr, in_server, ITERATE,
     "refresh=, max-stale= and timeout= as durations: how often names are "
     "looked up, how long an old answer may be used, when a lookup fails"},
    {"V6FrontPreserveHost", one<set_setting>(), nullptr, in_server_or_location, TAKE1,
     "On (default): the site sees the Host that the client sent; Off: its own name"},
    {"V6FrontVia", one<set_setting>(), nullptr, in_server_or_location, TAKE1,
     "On (default): this front adds itself to Via, for the site and for the "
     "client; Off: it does not"},
    {"V6FrontProxyProtocol", one<set_setting>(), nullptr, in_server_or_location, TAKE1,
     "v1 or v2: connections to the site begin with a PROXY header that names the client; "
     "default: off"},
    {"V6FrontBindV4", words<set_list>(), nullptr, in_server_or_location, TAKE_ARGV,
     "IPv4 addresses of this machine (also 192.0.2.16/28 or 192.0.2.16-192.0.2.31) to connect "
     "to sites from; of several, each client has its own"},
    {"V6FrontAddHeaders", words<set_added_headers>(), nullptr, in_server_or_location, TAKE_ARGV,
     "On (default): the site gets X-Forwarded-For, -Host, -Server, -Proto and Via; Off: only "
     "CDN-Loop; or names of fields, with + and - relative to what holds outside"},
    {"V6FrontTrust", one<set_trust>(), nullptr, in_server, ITERATE,
     "addresses and prefixes of proxies in front of this server, whose X-Forwarded-*, Forwarded "
     "and X-Request-ID are kept"},
    {"V6FrontPseudoV4", words<set_pseudo_v4>(), nullptr, in_server, TAKE_ARGV,
     "off (default), add or overwrite, then key=, range=, prefix= and nat64=: an IPv4 address "
     "for each client, made of its IPv6 network"},
    {"V6FrontErrorOverride", words<set_list>(), nullptr, in_server_or_location, TAKE_ARGV,
     "On: errors of the site (400 to 599), or those of the statuses listed, get this server's own "
     "page (ErrorDocument); Off (default): the site's page"},
    {"V6FrontEngine", one<set_engine>(), nullptr, in_server, TAKE1,
     "On (default): requests run on the module's engines; Off: each holds a thread"},
    {"V6FrontThreads", one<set_threads>(), nullptr, in_server, TAKE1,
     "engines per child process, 1 to 64; default: one per processor, at most 16"},
    {"V6FrontAccept", one<set_accept>(), nullptr, in_server, TAKE1,
     "On (default): engines accept client connections; Off: the event MPM does"},
    {"V6FrontGracefulTimeout", one<set_graceful_timeout>(), nullptr, in_server, TAKE1,
     "how long old processes keep tunnels and endless responses after a "
     "graceful restart, such as 30s, 10min (default), 1h"},
    {"V6FrontTimeout", one<set_timeout>(), nullptr, in_server_or_location, ITERATE,
     "connect=, response= and idle= as durations such as 3, 500ms, 2min"},
    {"V6FrontCheck", words<set_check>(), nullptr, in_server, TAKE_ARGV,
     "backend name (no name: every backend of this server), then uri=, "
     "interval=, status= and host=: addresses that fail get no requests"},
    {"V6FrontTLS", words<set_tls>(), nullptr, in_server, TAKE_ARGV,
     "backend name (no name: every https:// backend of this server), then ca=, "
     "cert=, key=, name=, protocol=, verify= and legacy="},
    {}};
