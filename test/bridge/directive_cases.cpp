// SPDX-License-Identifier: Apache-2.0
#include "directive_cases.hpp"

#include "mod_v6front/httpd/config/checks.hpp"
#include "mod_v6front/httpd/config/tls_rules.hpp"

namespace v6front::test
{

namespace
{

template <class T> std::string shown(const std::optional<T>& value)
{
    return value ? std::to_string(*value) : "unset";
}
std::string shown(const std::optional<added_headers>& value)
{
    return value ? "+" + std::to_string(value->more) + "-" + std::to_string(value->less) : "unset";
}
template <class Duration>
requires requires(Duration d)
{
    d.count();
}
std::string shown(const std::optional<Duration>& value)
{
    return value ? std::to_string(value->count()) : "unset";
}

directive_case on_or_off(const char* name, std::string (*read)(const merged&), const char* outer)
{
    return {name,  {"Off"}, {"On"}, read,      "unset",
            outer, "1",     "1",    {"maybe"}, "must be \"on\" or \"off\", not \"maybe\""};
}

std::string routes_of(const merged& m)
{
    std::string all;
    for (const auto& r : m.server.routes.routes())
        all += r.path + ">" + r.backend->host + " ";
    return all;
}

std::string matches_of(const merged& m)
{
    std::string all;
    for (const auto& rule : m.server.matches)
        all += rule.pattern + ">" + rule.backend->host + " ";
    return all;
}

std::string reverse_of(const merged& m)
{
    std::string all;
    for (const auto& rule : m.location.reverse)
        all += rule.path + "<" + rule.backend.host + " ";
    return all;
}

std::string externals_of(const std::vector<cookie_rule>& rules)
{
    std::string all;
    for (const auto& rule : rules)
        all += rule.external + " ";
    return all;
}

std::string pin_of(const merged& m)
{
    const auto& pinned = m.server.pinned("a.test");
    return pinned.empty() ? "" : pinned.addresses.front().to_string();
}

std::string trusted_by(const merged& m)
{
    std::string all;
    for (const auto& prefix : m.server.trusted.prefixes())
        all += prefix.text() + " ";
    return all;
}

std::string checks_of(const merged& m)
{
    std::string all;
    for (const auto& check : checks_in(m.pool))
        all += check.name + check.rule.uri + " ";
    return all;
}

std::string tls_of(const merged& m)
{
    std::string all;
    for (const auto& t : tls_rules_in(m.pool)) {
        const auto& rule = t.settings->rule();
        all += t.name + (rule.verify ? " on " : " off ") + std::string(to_string(rule.least)) +
               (rule.legacy ? " on " : " off ");
    }
    return all;
}

} // namespace

const std::vector<directive_case>& directive_cases()
{
    static const std::vector<directive_case> rows{
        {"V6FrontPass",
         {"/a", "http://one.test/"},
         {"/a", "http://two.test/"},
         routes_of,
         "",
         "/a>one.test ",
         "/a>two.test ",
         "/a>two.test ",
         {"/a"},
         "needs a path and the URL of the IPv4 site"},
        {"V6FrontPassMatch",
         {"^/a", "http://one.test/"},
         {"^/b", "http://two.test/"},
         matches_of,
         "",
         "^/a>one.test ",
         "^/b>two.test ",
         "^/b>two.test ^/a>one.test ",
         {"^/a"},
         "needs a regular expression and the URL of the IPv4 site"},
        {"V6FrontErrorOverride",
         {"On"},
         {"404", "503"},
         [](const merged& m) {
             const auto& set = m.location.settings.error_override;
             std::string has;
             for (const int status : {400, 404, 503, 599})
                 has += set && set->contains(status) ? std::to_string(status) + " " : "";
             return has;
         },
         "",
         "400 404 503 599 ",
         "404 503 ",
         "404 503 ",
         {"404", "200"},
         "\"404,200\" must be \"on\", \"off\", or statuses from 400 to 599"},
        {"V6FrontPassReverse",
         {"/a", "http://one.test/"},
         {"/b", "http://two.test/"},
         reverse_of,
         "",
         "/a<one.test ",
         "/b<two.test ",
         "/b<two.test /a<one.test ",
         {"/a"},
         "needs a path and the URL (http:// or https://) whose redirects are mapped to it"},
        {"V6FrontCookieDomain",
         {"a.lan", "one.test"},
         {"a.lan", "two.test"},
         [](const merged& m) { return externals_of(m.location.cookies.domains); },
         "",
         "one.test ",
         "two.test ",
         "two.test one.test ",
         {"a.lan", "http://one.test/"},
         "\"http://one.test/\" must be a domain as a cookie has it, such as example.org"},
        {"V6FrontCookiePath",
         {"/a", "/one"},
         {"/a", "/two"},
         [](const merged& m) { return externals_of(m.location.cookies.paths); },
         "",
         "/one ",
         "/two ",
         "/two /one ",
         {"/a", "one"},
         "\"one\" must be a path that begins with \"/\""},
        {"V6FrontCookieSecure",
         {"On"},
         {"Off"},
         [](const merged& m) { return shown(m.location.settings.cookie_secure); },
         "unset",
         "1",
         "0",
         "0",
         {"maybe"},
         "must be \"on\" or \"off\", not \"maybe\""},
        {"V6FrontBackendV4",
         {"a.test", "192.0.2.1"},
         {"a.test", "192.0.2.2"},
         pin_of,
         "",
         "192.0.2.1",
         "192.0.2.2",
         "192.0.2.2",
         {"a.test"},
         "needs at least one IPv4 address"},
        // The main server's own, which no virtual host asks for.
        {"V6FrontResolve",
         {"refresh=1"},
         {"refresh=2"},
         [](const merged& m) { return std::to_string(m.server.names.refresh.count()); },
         "30000",
         "30000",
         "2000",
         "2000",
         {"ttl=1"},
         "the key of \"ttl=1\" must be one of refresh, max-stale, timeout"},
        {"V6FrontPreserveHost",
         {"Off"},
         {"On"},
         [](const merged& m) { return shown(m.location.settings.preserve_host); },
         "unset",
         "0",
         "1",
         "1",
         {"maybe"},
         "must be \"on\" or \"off\", not \"maybe\""},
        {"V6FrontVia",
         {"Off"},
         {"On"},
         [](const merged& m) { return shown(m.location.settings.via); },
         "unset",
         "0",
         "1",
         "1",
         {"maybe"},
         "must be \"on\" or \"off\", not \"maybe\""},
        {"V6FrontAddHeaders",
         {"Off"},
         {"On"},
         [](const merged& m) { return shown(m.location.settings.add_headers); },
         "unset",
         "+0-255",
         "+143-112",
         "+143-112",
         {"maybe"},
         "\"maybe\" must be On, Off, or names of X-Forwarded-For, X-Forwarded-Host"},
        {"V6FrontProxyProtocol",
         {"v1"},
         {"v2"},
         [](const merged& m) {
             const auto& set = m.location.settings.proxy_protocol;
             return std::string(!set ? "unset" : *set == proxy_protocol::v1 ? "v1" : "v2");
         },
         "unset",
         "v1",
         "v2",
         "v2",
         {"on"},
         "\"on\" must be \"v1\" (text), \"v2\" (binary) or \"off\""},
        {"V6FrontBindV4",
         {"192.0.2.1"},
         {"192.0.2.2", "192.0.2.16/28"},
         [](const merged& m) {
             const auto& set = m.location.settings.sources;
             return set ? v4_text((*set)->first()) + "+" + std::to_string((*set)->size() - 1)
                        : std::string("unset");
         },
         "unset",
         "192.0.2.1+0",
         "192.0.2.2+16",
         "192.0.2.2+16",
         {"192.0.2.17/28"},
         "\"192.0.2.17/28\" must be the first address of its network: \"192.0.2.16/28\""},
        // A virtual host's own are all that it has.
        {"V6FrontTrust",
         {"2001:db8::/32"},
         {"192.0.2.0/24"},
         trusted_by,
         "",
         "2001:db8::/32 ",
         "192.0.2.0/24 ",
         "192.0.2.0/24 ",
         {"192.0.2.1/24"},
         "\"192.0.2.1/24\" has bits set behind its prefix: write 192.0.2.0/24, or the address "
         "alone"},
        {"V6FrontPseudoV4",
         {"off"},
         {"off"},
         [](const merged& m) { return std::string(m.server.pseudo_v4 ? "off" : "unset"); },
         "unset",
         "off",
         "off",
         "off",
         {"add"},
         "needs key=, a file with 32 hexadecimal digits"},
        on_or_off(
            "V6FrontEngine", [](const merged& m) { return shown(m.server.engine); }, "0"),
        on_or_off(
            "V6FrontAccept", [](const merged& m) { return shown(m.server.accept); }, "unset"),
        {"V6FrontThreads",
         {"2"},
         {"64"},
         [](const merged& m) { return shown(m.server.threads); },
         "unset",
         "2",
         "64",
         "64",
         {"65"},
         "\"65\" is not a number of engines from 1 to 64"},
        {"V6FrontGracefulTimeout",
         {"1"},
         {"2"},
         [](const merged& m) { return shown(m.server.graceful_timeout); },
         "unset",
         "unset",
         "2000",
         "2000",
         {"soon"},
         "\"soon\" must be a duration in seconds or with"},
        {"V6FrontTimeout",
         {"idle=1"},
         {"idle=2"},
         [](const merged& m) { return shown(m.location.settings.idle_timeout); },
         "unset",
         "1000",
         "2000",
         "2000",
         {"via=on"},
         "\"via=on\" is not one of connect=, response= and idle=, such as connect=3 or "
         "response=500ms"},
        // Of the whole configuration, not of a server's part of it.
        {"V6FrontCheck",
         {"a.test", "uri=/a"},
         {"b.test", "uri=/b"},
         checks_of,
         "",
         "a.test/a ",
         "b.test/b ",
         "a.test/a b.test/b ",
         {"a.test", "often"},
         "\"often\" must be one of uri=, host=, interval= and status=, such as uri=/health"},
        {"V6FrontTLS",
         {"a.test", "verify=off"},
         {"b.test", "protocol=1.3", "legacy=on"},
         tls_of,
         "",
         "a.test off 1.2 off ",
         "b.test on 1.3 on ",
         "a.test off 1.2 off b.test on 1.3 on ",
         {"a.test", "protocol=2"},
         "protocol=\"2\" must be the oldest TLS version that is accepted: 1.0, 1.1, 1.2 or 1.3"},
    };
    return rows;
}

} // namespace v6front::test
