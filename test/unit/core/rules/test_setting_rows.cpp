// SPDX-License-Identifier: Apache-2.0
//
// Every key of every table: a row there has a row here.
#include "mod_v6front/core/rules/check_rule.hpp"
#include "mod_v6front/core/rules/settings.hpp"
#include "mod_v6front/core/rules/tls_rule.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

struct key_case {
    std::string_view key;
    const char* first; // two values, as written and as they are shown
    const char* is_first;
    const char* second;
    const char* is_second;
    const char* unset; // what holds where nobody has written it
    const char* wrong;
    const char* refusal; // the whole of it
};

const std::vector<key_case> setting_cases{
    {"connect", "1", "1000", "500ms", "500", "3000", "soon",
     "connect=\"soon\" must be a duration in seconds or with a unit, such as "
     "3, 500ms, 2min or 1h, above 0 and at most 24 hours"},
    {"response", "2min", "120000", "3s", "3000", "45000", "0",
     "response=\"0\" must be a duration in seconds or with a unit, such as 3, "
     "500ms, 2min or 1h, above 0 and at most 24 hours"},
    {"idle", "1h", "3600000", "4", "4000", "45000", "25h",
     "idle=\"25h\" must be a duration in seconds or with a unit, such as 3, "
     "500ms, 2min or 1h, above 0 and at most 24 hours"},
    {"preservehost", "off", "off", "ON", "on", "on", "yes",
     "preservehost must be \"on\" or \"off\", not \"yes\""},
    {"via", "off", "off", "on", "on", "on", "0", "via must be \"on\" or \"off\", not \"0\""},
    {"addheaders", "off", "+0-255", "on", "+143-112", "+0-0", "",
     "addheaders=\"\" must be On, Off, or names of X-Forwarded-For, X-Forwarded-Host, "
     "X-Forwarded-Server, X-Forwarded-Proto, X-Forwarded-Port, Forwarded, X-Request-ID, Via"},
    {"cookiesecure", "on", "on", "off", "off", "off", "yes",
     "cookiesecure must be \"on\" or \"off\", not \"yes\""},
    {"head", "1k", "1024", "16M", "16777216", "65536", "1023",
     "head=\"1023\" must be a number of octets from 1k to 16M, such as 64k or 65536"},
    {"self", "on", "on", "off", "off", "off", "maybe",
     "self must be \"on\" or \"off\", not \"maybe\""},
    {"bufferbody", "64K", "65536", "1", "1", "0", "2G",
     "bufferbody=\"2G\" must be a number of octets such as 65536, 64K or 1M, above 0 and at most "
     "1G"},
    {"max", "1", "1", "100000", "100000", "0", "0", "max=\"0\" must be a number from 1 to 100000"},
    {"queue", "0", "0", "5", "5", "0", "-1", "queue=\"-1\" must be a number from 0 to 100000"},
    {"reuse", "off", "off", "on", "on", "on", "no", "reuse must be \"on\" or \"off\", not \"no\""},
    {"maxidle", "3", "3", "4", "4", "4294967295", "0",
     "maxidle=\"0\" must be a number from 1 to 100000; to keep no connection "
     "open, use reuse=off"},
    {"proxyprotocol", "v1", "v1", "V2", "v2", "off", "on",
     "proxyprotocol=\"on\" must be \"v1\" (text), \"v2\" (binary) or \"off\""},
    {"bindv4", "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2", "off", "192.0.2",
     "bindv4=\"192.0.2\" must be IPv4 addresses of this machine, such as 192.0.2.10, "
     "192.0.2.16/28 or 192.0.2.16-192.0.2.31, or \"off\""},
    {"erroroverride", "404,503", "404 503 ", "On,599", "599 ", "", "399",
     "erroroverride=\"399\" must be \"on\", \"off\", or statuses from 400 to 599, such as 404 or "
     "500,502,503"},
    {"spread", "client", "client", "LOAD", "load", "load", "ip",
     "spread=\"ip\" must be \"load\" or \"client\""},
};

const std::vector<key_case> resolve_cases{
    {"refresh", "10", "10000", "1min", "60000", "30000", "0",
     "refresh=\"0\" must be a duration in seconds or with a unit, such as 3, "
     "500ms, 2min or 1h, above 0 and at most 24 hours"},
    {"max-stale", "1h", "3600000", "2", "2000", "86400000", "25h",
     "max-stale=\"25h\" must be a duration in seconds or with a unit, such as "
     "3, 500ms, 2min or 1h, above 0 and at most 24 hours"},
    {"timeout", "200ms", "200", "1", "1000", "5000", "",
     "timeout=\"\" must be a duration in seconds or with a unit, such as 3, "
     "500ms, 2min or 1h, above 0 and at most 24 hours"},
};

const std::vector<key_case> check_cases{
    {"uri", "/health?deep=1", "/health?deep=1", "/", "/", "/", "/a b",
     "uri=\"/a b\" must be a path such as /health; characters that a URL "
     "cannot have must be percent-encoded"},
    {"host", "V4.test:81", "v4.test:81", "b.test", "b.test", "", "b.test:0",
     "\"http://b.test:0\" has a port that is not a number from 1 to 65535"},
    {"interval", "100ms", "100", "1min", "60000", "5000", "99ms",
     "interval=\"99ms\" must be a duration such as 5, 500ms or 1min, at least 100ms"},
    {"status", "204", "204-204", "100-599", "100-599", "200-399", "200-",
     "status=\"200-\" must be a status code such as 200, or a range of them such as 200-399"},
};

const std::vector<key_case> tls_cases{
    {"verify", "off", "off", "ON", "on", "on", "maybe",
     "verify must be \"on\" or \"off\", not \"maybe\""},
    {"ca", "a.pem", "a.pem", "/b c.pem", "/b c.pem", "", "",
     "ca=\"\" must be the name of a file, relative to ServerRoot or absolute"},
    {"cert", "a.pem", "a.pem", "b.pem", "b.pem", "", "",
     "cert=\"\" must be the name of a file, relative to ServerRoot or absolute"},
    {"key", "a.key", "a.key", "b.key", "b.key", "", "",
     "key=\"\" must be the name of a file, relative to ServerRoot or absolute"},
    {"name", "V4.test", "v4.test", "192.0.2.1", "192.0.2.1", "", "v4.test:443",
     "\"v4.test:443\" is not a host name; port and path belong in V6FrontPass"},
    {"protocol", "1.0", "1.0", "1.3", "1.3", "1.2", "1",
     "protocol=\"1\" must be the oldest TLS version that is accepted: 1.0, 1.1, 1.2 or 1.3"},
    {"legacy", "on", "on", "off", "off", "off", "1", "legacy must be \"on\" or \"off\", not \"1\""},
};

const key_case& case_of(const std::vector<key_case>& cases, std::string_view key)
{
    const auto found = std::find_if(cases.begin(), cases.end(),
                                    [&](const key_case& c) { return iequals(c.key, key); });
    INFO(key << " has no row in this test");
    REQUIRE(found != cases.end());
    return *found;
}

std::string shown(bool value)
{
    return value ? "on" : "off";
}
std::string shown(milliseconds value)
{
    return std::to_string(value.count());
}
std::string shown(const std::string& value)
{
    return value;
}
std::string shown(const added_headers& value)
{
    return "+" + std::to_string(value.more) + "-" + std::to_string(value.less);
}
std::string shown(const status_set& value)
{
    std::string all;
    for (int status = 0; status < 1000; ++status)
        if (value.contains(status))
            all += std::to_string(status) + " ";
    return all;
}
std::string shown(spread_by value)
{
    return value == spread_by::client ? "client" : "load";
}
std::string shown(const status_range& value)
{
    return std::to_string(value.lowest) + "-" + std::to_string(value.highest);
}
std::string shown(tls_version value)
{
    return std::string(to_string(value));
}
std::string shown(proxy_protocol value)
{
    return value == proxy_protocol::off ? "off" : value == proxy_protocol::v1 ? "v1" : "v2";
}
std::string shown(const std::shared_ptr<const source_pool>& value)
{
    return value ? v4_text(value->first()) : "off";
}
template <std::unsigned_integral T>
requires(!std::is_same_v<T, bool>) std::string shown(T value)
{
    return std::to_string(value);
}
template <class T> std::string shown(const std::optional<T>& value)
{
    return value ? shown(*value) : "unset";
}

template <class Owner> Owner with(std::string_view key, std::string_view value)
{
    Owner made;
    set_option(made, std::string(key) + "=" + std::string(value));
    return made;
}

// How every member is shown, in the order of the rows.
template <class Owner, class... Row>
std::vector<std::string> all_shown(const Owner& owner, const std::tuple<Row...>& rows)
{
    return std::apply(
        [&](const Row&... row) { return std::vector<std::string>{shown(owner.*row.member)...}; },
        rows);
}

// Each key is taken in any case and changes its own member alone; each is refused in its own words,
// and nothing is changed then.
template <class Owner, class... Row>
void check_keys(const std::tuple<Row...>& rows, const std::vector<key_case>& cases)
{
    CHECK(cases.size() == sizeof...(Row));
    std::size_t number = 0;
    for_each_row(rows, [&](const auto& row) {
        const auto& c = case_of(cases, row.key);
        CAPTURE(row.key);
        auto expected = all_shown(Owner{}, rows);
        expected[number] = c.is_first;
        CHECK(all_shown(with<Owner>(row.key, c.first), rows) == expected);
        std::string loud(row.key);
        for (char& letter : loud)
            letter =
                letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
        CHECK(all_shown(with<Owner>(loud, c.first), rows) == expected);
        expected[number] = c.is_second;
        auto owner = with<Owner>(row.key, c.second);
        CHECK(all_shown(owner, rows) == expected);
        CHECK_THROWS_WITH(set_option(owner, std::string(row.key) + "=" + c.wrong), c.refusal);
        CHECK(all_shown(owner, rows) == expected);
        ++number;
    });
}

} // namespace

TEST_CASE("each key of a route is taken, or refused in its own words", "[settings][rows]")
{
    check_keys<exchange_settings>(setting_rows, setting_cases);
    exchange_settings s;
    CHECK_THROWS_WITH(
        set_option(s, "colour=red"),
        "the key of \"colour=red\" must be one of connect, response, idle, "
        "preservehost, via, addheaders, cookiesecure, head, self, bufferbody, max, queue, reuse, "
        "maxidle, proxyprotocol, bindv4, erroroverride, spread");
    CHECK_THROWS_WITH(set_option(s, "connect"), "\"connect\" must be written key=value");
}

TEST_CASE("each key of a route is inherited, overridden, and has a default", "[settings][rows]")
{
    for_each_row(setting_rows, [](const auto& row) {
        const auto& c = case_of(setting_cases, row.key);
        CAPTURE(row.key);
        const exchange_settings nothing;
        const auto base = with<exchange_settings>(row.key, c.first);
        const auto over = with<exchange_settings>(row.key, c.second);
        const auto shown_of = [&](const exchange_settings& s) { return shown(s.*row.member); };
        CHECK(shown_of(merge(nothing, nothing)) == "unset");
        CHECK(shown_of(merge(base, nothing)) == c.is_first);
        CHECK(shown_of(merge(nothing, over)) == c.is_second);
        CHECK(shown_of(merge(base, over)) == c.is_second);
        CHECK(shown_of(merge(over, base)) == c.is_first);
        const auto rule_of = [&](const exchange_settings& s) {
            return shown(resolve(s, milliseconds(45000)).*row.rule);
        };
        CHECK(rule_of(nothing) == c.unset);
        CHECK(rule_of(base) == c.is_first);
        CHECK(rule_of(over) == c.is_second);
    });
}

TEST_CASE("a key of a route changes no other rule", "[settings][rows]")
{
    const auto rules_of = [](const exchange_settings& s) {
        const auto rules = resolve(s, milliseconds(45000));
        std::vector<std::string> all;
        for_each_row(setting_rows, [&](const auto& row) { all.push_back(shown(rules.*row.rule)); });
        return all;
    };
    const auto keys = keys_of(setting_rows);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto& c = case_of(setting_cases, keys[i]);
        CAPTURE(keys[i]);
        auto expected = rules_of({});
        expected[i] = c.is_first;
        if (keys[i] == "max") // as many may wait as are served
            *std::next(expected.begin(),
                       std::find(keys.begin(), keys.end(), "queue") - keys.begin()) = c.is_first;
        CHECK(rules_of(with<exchange_settings>(keys[i], c.first)) == expected);
    }
}

TEST_CASE("each key of V6FrontResolve is taken, or refused in its own words", "[settings][rows]")
{
    check_keys<resolve_rules>(resolve_rows, resolve_cases);
    for_each_row(resolve_rows, [](const auto& row) {
        CHECK(shown(resolve_rules{}.*row.member) == case_of(resolve_cases, row.key).unset);
    });
    resolve_rules rules;
    CHECK_THROWS_WITH(set_option(rules, "ttl=3"),
                      "the key of \"ttl=3\" must be one of refresh, max-stale, timeout");
    CHECK_THROWS_WITH(set_option(rules, "ttl"), "\"ttl\" must be written key=value");
}

TEST_CASE("each key of V6FrontCheck is taken, or refused in its own words", "[checks][rows]")
{
    check_keys<check_rule>(check_rows, check_cases);
    for_each_row(check_rows, [](const auto& row) {
        CHECK(shown(check_rule{}.*row.member) == case_of(check_cases, row.key).unset);
    });
    check_rule rule;
    for (const std::string word : {"every=5", "uri"})
        CHECK_THROWS_WITH(set_option(rule, word),
                          "\"" + word +
                              "\" must be one of uri=, host=, interval= and status=, such as "
                              "uri=/health or status=200-399");
}

TEST_CASE("each key of V6FrontTLS is taken, or refused in its own words", "[tls][rows]")
{
    check_keys<tls_rule>(tls_rows, tls_cases);
    for_each_row(tls_rows, [](const auto& row) {
        CHECK(shown(tls_rule{}.*row.member) == case_of(tls_cases, row.key).unset);
    });
    tls_rule rule;
    CHECK_THROWS_WITH(set_option(rule, "ciphers=x"),
                      "the key of \"ciphers=x\" must be one of verify, ca, cert, key, name, "
                      "protocol, legacy");
}

TEST_CASE("keys of V6FrontTLS that do not fit together", "[tls]")
{
    const auto completed = [](std::initializer_list<const char*> words) {
        tls_rule rule;
        for (const auto* word : words)
            set_option(rule, word);
        complete(rule);
        return rule;
    };
    CHECK_THROWS_WITH(completed({"verify=off", "ca=a"}),
                      "ca=\"a\" has no effect with verify=off: remove one of the two");
    CHECK_THROWS_WITH(completed({"key=k"}), "key=\"k\" needs cert=, the certificate of that key");
    CHECK(completed({"cert=c"}).key == "c");
    CHECK(completed({"cert=c", "key=k"}).key == "k");
    CHECK(completed({}).key.empty());
    CHECK(completed({"protocol=1.1"}).takes_old_protocols());
    CHECK_FALSE(completed({"protocol=1.2"}).takes_old_protocols());
    CHECK_FALSE(completed({}).takes_old_protocols());
}

TEST_CASE("a directive that takes some of the keys knows them from the rows", "[settings][rows]")
{
    CHECK(list_of_keys(keys_of_directive("V6FrontTimeout")) == "connect=, response= and idle=");
    CHECK(list_of_keys(keys_of_directive("v6fronttimeout")) == "connect=, response= and idle=");
    CHECK(keys_of_directive("V6FrontNone").empty());
    CHECK(list_of_keys({}).empty());
    // Where the value stands alone, no key is named.
    CHECK_THROWS_WITH(parse_timeout({}, "soon"),
                      "\"soon\" must be a duration in seconds or with a unit, such as 3, "
                      "500ms, 2min or 1h, above 0 and at most 24 hours");
    CHECK(list_of_keys({"a"}) == "a=");
}
