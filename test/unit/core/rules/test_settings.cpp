// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/rules/settings.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

exchange_settings settings_with(std::initializer_list<std::string_view> options)
{
    exchange_settings s;
    for (const std::string_view o : options)
        set_option(s, o);
    return s;
}

std::string complaint(std::string_view option)
{
    exchange_settings s;
    try {
        set_option(s, option);
    } catch (const setting_error& e) {
        return e.what();
    }
    return {};
}

} // namespace

TEST_CASE("nothing is set at first", "[settings]")
{
    const exchange_settings s;
    CHECK_FALSE(s.preserve_host);
    CHECK_FALSE(s.connect_timeout);
    CHECK_FALSE(s.response_timeout);
    CHECK_FALSE(s.idle_timeout);
}

TEST_CASE("each option sets its own setting and no other", "[settings]")
{
    exchange_settings s = settings_with({"connect=1"});
    CHECK(s.connect_timeout == milliseconds(1000));
    CHECK_FALSE(s.response_timeout);
    CHECK_FALSE(s.idle_timeout);
    CHECK_FALSE(s.preserve_host);

    s = settings_with({"response=200ms"});
    CHECK(s.response_timeout == milliseconds(200));
    CHECK_FALSE(s.connect_timeout);
    CHECK_FALSE(s.idle_timeout);

    s = settings_with({"idle=2min"});
    CHECK(s.idle_timeout == milliseconds(120000));
    CHECK_FALSE(s.connect_timeout);
    CHECK_FALSE(s.response_timeout);

    s = settings_with({"head=8k"});
    CHECK(s.max_head == 8192U);
    CHECK_FALSE(s.connect_timeout);
    CHECK(resolve(s, milliseconds(1)).max_head == 8192U);
    CHECK(merge(s, settings_with({"connect=1"})).max_head == 8192U);
    CHECK(merge(s, settings_with({"head=9k"})).max_head == 9216U);
    CHECK(settings_with({"head=1k"}).max_head == 1024U);
    CHECK(settings_with({"head=16M"}).max_head == 16777216U);
    for (const char* bad : {"head=", "head=0", "head=1023", "head=17M", "head=64kb", "head=big"}) {
        INFO(bad);
        CHECK_THAT(complaint(bad), ContainsSubstring(std::string(bad).substr(5)) &&
                                       ContainsSubstring("from 1k to 16M"));
    }

    s = settings_with({"preservehost=off"});
    CHECK(s.preserve_host == false);
    CHECK_FALSE(s.connect_timeout);
    CHECK_FALSE(s.self);

    s = settings_with({"via=off"});
    CHECK(s.via == false);
    CHECK_FALSE(s.add_headers);
    CHECK(merge(s, settings_with({"via=on"})).via == true);
    CHECK_FALSE(resolve(s, milliseconds(1)).via);
    CHECK(resolve(s, milliseconds(1)).add_headers == added_headers());

    s = settings_with({"addheaders=off"});
    CHECK(s.add_headers == only(0));
    CHECK_FALSE(s.via);
    CHECK(merge(s, settings_with({"via=on"})).add_headers == only(0));
    CHECK(resolve(s, milliseconds(1)).add_headers == only(0));
    CHECK(resolve({}, milliseconds(1)).via);

    s = settings_with({"self=on"});
    CHECK(s.self == true);
    CHECK_FALSE(s.preserve_host);
    CHECK(merge(settings_with({"self=on"}), settings_with({"self=off"})).self == false);
    CHECK(resolve(s, milliseconds(1)).self);
    CHECK_FALSE(resolve({}, milliseconds(1)).self);
}

TEST_CASE("how names are looked up", "[settings]")
{
    resolve_rules rules;
    set_option(rules, "refresh=10");
    set_option(rules, "MAX-STALE=1h");
    CHECK(rules.refresh == milliseconds(10000));
    CHECK(rules.max_stale == milliseconds(3600000));
    CHECK(rules.timeout == milliseconds(5000));
    set_option(rules, "timeout=200ms");
    CHECK(rules.timeout == milliseconds(200));
    for (const char* wrong : {"refresh=0", "refresh=often", "ttl=3", "timeout", "max-stale=25h"}) {
        CAPTURE(wrong);
        CHECK_THROWS_AS(set_option(rules, wrong), setting_error);
    }
    CHECK(rules.refresh == milliseconds(10000));
}

TEST_CASE("limits of a route", "[settings]")
{
    const exchange_settings s = settings_with({"max=20", "queue=0"});
    CHECK(s.max_in_flight == 20u);
    CHECK(s.max_queued == 0u);
    CHECK(resolve({}, milliseconds(1)).max_in_flight == 0);
    CHECK(resolve(settings_with({"max=20"}), milliseconds(1)).max_queued == 20);
    CHECK(resolve(s, milliseconds(1)).max_queued == 0);
    CHECK(merge(settings_with({"max=1", "queue=2"}), settings_with({"max=3"})).max_in_flight == 3u);
    CHECK(merge(settings_with({"max=1", "queue=2"}), settings_with({"max=3"})).max_queued == 2u);
    for (const char* wrong : {"max=0", "max=-1", "max=", "max=many", "max=1.5", "max=100001",
                              "queue=-1", "queue= 1", "max=99999999999"}) {
        CAPTURE(wrong);
        CHECK_THAT(complaint(wrong),
                   ContainsSubstring("must be a number from") && ContainsSubstring("100000"));
    }
}

TEST_CASE("connections to a route's site", "[settings]")
{
    const exchange_rules usual = resolve({}, milliseconds(1));
    CHECK(usual.reuse);
    CHECK(usual.max_idle == std::numeric_limits<std::uint32_t>::max());
    const exchange_rules rules =
        resolve(settings_with({"reuse=OFF", "maxidle=3"}), milliseconds(1));
    CHECK_FALSE(rules.reuse);
    CHECK(rules.max_idle == 3);
    CHECK(merge(settings_with({"reuse=off", "maxidle=3"}), settings_with({"maxidle=4"})).reuse ==
          false);
    CHECK(merge(settings_with({"reuse=off", "maxidle=3"}), settings_with({"maxidle=4"})).max_idle ==
          4u);
    for (const char* wrong : {"maxidle=", "maxidle=-1", "maxidle=0", "maxidle=1.5", "maxidle=many",
                              "maxidle=100001", "maxidle=off"}) {
        CAPTURE(wrong);
        CHECK_THAT(complaint(wrong),
                   ContainsSubstring("maxidle") && ContainsSubstring("number from 1 to 100000"));
    }
    CHECK_THAT(complaint("maxidle=0"), ContainsSubstring("reuse=off"));
    for (const char* wrong : {"reuse=", "reuse=no", "reuse=0"}) {
        CAPTURE(wrong);
        CHECK_THAT(complaint(wrong), ContainsSubstring("reuse") && ContainsSubstring("\"off\""));
    }
}

TEST_CASE("keys have no case, and the last one written wins", "[settings]")
{
    const exchange_settings s =
        settings_with({"CONNECT=1", "Connect=2s", "PreserveHost=OFF", "preservehost=On"});
    CHECK(s.connect_timeout == milliseconds(2000));
    CHECK(s.preserve_host == true);
}

TEST_CASE("a wrong option names key and value and what would be right", "[settings]")
{
    CHECK_THAT(complaint("connect=soon"),
               ContainsSubstring("connect") && ContainsSubstring("\"soon\"") &&
                   ContainsSubstring("seconds") && ContainsSubstring("ms") &&
                   ContainsSubstring("24 hours"));
    CHECK_THAT(complaint("response=0"),
               ContainsSubstring("response") && ContainsSubstring("\"0\""));
    CHECK_THAT(complaint("idle="), ContainsSubstring("idle") && ContainsSubstring("\"\""));
    CHECK_THAT(complaint("idle=1=2"), ContainsSubstring("\"1=2\""));
    CHECK_THAT(complaint("connect= 1"), ContainsSubstring("\" 1\""));
    CHECK_THAT(complaint("preservehost=yes"),
               ContainsSubstring("preservehost") && ContainsSubstring("\"yes\"") &&
                   ContainsSubstring("on") && ContainsSubstring("off"));
    CHECK_THAT(complaint("timeout=3"),
               ContainsSubstring("\"timeout=3\"") && ContainsSubstring("connect") &&
                   ContainsSubstring("response") && ContainsSubstring("idle") &&
                   ContainsSubstring("preservehost"));
    CHECK_THAT(complaint("=3"), ContainsSubstring("\"=3\""));
    CHECK_THAT(complaint("connect "),
               ContainsSubstring("\"connect \"") && ContainsSubstring("key=value"));
    CHECK_THAT(complaint(""), ContainsSubstring("key=value"));
}

TEST_CASE("a wrong option changes nothing", "[settings]")
{
    exchange_settings s = settings_with({"connect=1"});
    CHECK_THROWS_AS(set_option(s, "connect=x"), setting_error);
    CHECK(s.connect_timeout == milliseconds(1000));
}

TEST_CASE("on and off", "[settings]")
{
    CHECK(parse_on_off("x", "on"));
    CHECK(parse_on_off("x", "ON"));
    CHECK_FALSE(parse_on_off("x", "off"));
    CHECK_FALSE(parse_on_off("x", "oFf"));
    for (const char* value : {"", "1", "0", "yes", "no", "true", "on ", " off", "onn"}) {
        CAPTURE(value);
        CHECK_THROWS_WITH(parse_on_off("V6FrontEngine", value),
                          ContainsSubstring("V6FrontEngine") &&
                              ContainsSubstring("\"" + std::string(value) + "\"") &&
                              ContainsSubstring("\"on\"") && ContainsSubstring("\"off\""));
    }
}

TEST_CASE("a merge takes what is set above, else what is below", "[settings]")
{
    const exchange_settings base =
        settings_with({"connect=1", "response=2", "idle=3", "preservehost=off"});

    CHECK(merge(base, {}).connect_timeout == milliseconds(1000));
    CHECK(merge(base, {}).response_timeout == milliseconds(2000));
    CHECK(merge(base, {}).idle_timeout == milliseconds(3000));
    CHECK(merge(base, {}).preserve_host == false);
    CHECK(merge({}, base).connect_timeout == milliseconds(1000));
    CHECK_FALSE(merge(exchange_settings{}, {}).preserve_host);

    const exchange_settings over =
        settings_with({"connect=10", "response=20", "idle=30", "preservehost=on"});
    const exchange_settings both = merge(base, over);
    CHECK(both.connect_timeout == milliseconds(10000));
    CHECK(both.response_timeout == milliseconds(20000));
    CHECK(both.idle_timeout == milliseconds(30000));
    CHECK(both.preserve_host == true);

    // A value equal to the default is set all the same.
    CHECK(merge(settings_with({"connect=9"}), settings_with({"connect=3"})).connect_timeout ==
          milliseconds(3000));
    CHECK(merge(settings_with({"preservehost=on"}), settings_with({"preservehost=off"}))
              .preserve_host == false);

    const exchange_settings mixed =
        merge(settings_with({"connect=1", "idle=3"}), settings_with({"idle=4"}));
    CHECK(mixed.connect_timeout == milliseconds(1000));
    CHECK(mixed.idle_timeout == milliseconds(4000));
}

TEST_CASE("what nobody set meets its default at the end", "[settings]")
{
    const exchange_rules rules = resolve({}, milliseconds(45000));
    CHECK(rules.preserve_host);
    CHECK(rules.connect_timeout == milliseconds(3000));
    CHECK(rules.response_timeout == milliseconds(45000));
    CHECK(rules.idle_timeout == milliseconds(45000));
}

TEST_CASE("what was set stays", "[settings]")
{
    const exchange_rules rules =
        resolve(settings_with({"connect=1", "response=2", "idle=4", "preservehost=off"}),
                milliseconds(45000));
    CHECK_FALSE(rules.preserve_host);
    CHECK(rules.connect_timeout == milliseconds(1000));
    CHECK(rules.response_timeout == milliseconds(2000));
    CHECK(rules.idle_timeout == milliseconds(4000));
}

TEST_CASE("for a key of ProxyPass the one that is meant is named", "[settings]")
{
    struct row {
        const char* word;
        const char* says; // behind the list of keys
    };
    const row rows[]{
        {"timeout=5", ". ProxyPass's timeout= is response= here, and idle= for pauses"},
        {"Timeout=5", ". ProxyPass's timeout= is response= here"},
        {"connectiontimeout=5", ". ProxyPass's connectiontimeout= is connect= here"},
        {"disablereuse=on", ". ProxyPass's disablereuse= is reuse=off here"},
        {"smax=3", ". ProxyPass's smax= is maxidle= here"},
        {"retry=0", ". ProxyPass's retry= is not needed here: an address that fails is avoided"},
        {"acquire=100", ". ProxyPass's acquire= is not needed here"},
        {"keepalive=on", ". ProxyPass's keepalive= is not needed here"},
        {"ttl=60", ". ProxyPass's ttl= is not needed here"},
        {"colour=red", ""},
    };
    for (const row& r : rows) {
        INFO(r.word);
        const auto said = complaint(r.word);
        CHECK_THAT(said, ContainsSubstring("must be one of connect, "));
        CHECK_THAT(said, ContainsSubstring("spread" + std::string(r.says)));
        CHECK((said.find("ProxyPass's") != said.npos) == (r.says[0] != 0));
    }
}
