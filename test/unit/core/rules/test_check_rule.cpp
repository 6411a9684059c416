// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/rules/check_rule.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

check_rule with(std::initializer_list<std::string_view> options)
{
    check_rule rule;
    for (const auto o : options)
        set_option(rule, o);
    return rule;
}

} // namespace

TEST_CASE("a health check has defaults, and each key sets its own", "[checks]")
{
    const check_rule usual;
    CHECK(usual.uri == "/");
    CHECK(usual.interval == milliseconds(5000));
    CHECK(usual.passes(200));
    CHECK(usual.passes(399));
    CHECK_FALSE(usual.passes(199));
    CHECK_FALSE(usual.passes(404));
    const auto set =
        with({"URI=/health?deep=1", "interval=500ms", "status=204", "host=V4.test:81"});
    CHECK(set.uri == "/health?deep=1");
    CHECK(set.interval == milliseconds(500));
    CHECK(set.host == "v4.test:81");
    CHECK(set.passes(204));
    CHECK_FALSE(set.passes(200));
    CHECK(with({"status=200-299"}).passes(250));
}

TEST_CASE("a wrong key or value of a health check is named, with what would be right", "[checks]")
{
    for (const auto& [option, says] : std::initializer_list<std::pair<const char*, const char*>>{
             {"uri=health", "a path such as /health"},
             {"uri=/a b", "percent-encoded"},
             {"uri=", "a path such as"},
             {"interval=0", "at least 100ms"},
             {"interval=50ms", "at least 100ms"},
             {"interval=often", "\"often\""},
             {"status=2", "a range of them"},
             {"status=600", "a status code"},
             {"status=399-200", "\"399-200\""},
             {"status=200-", "a range of them"},
             {"every=5", "uri=, host=, interval= and status="},
             {"uri", "uri=, host="}}) {
        CAPTURE(option);
        check_rule rule;
        CHECK_THROWS_WITH(set_option(rule, option), ContainsSubstring(says));
    }
}

TEST_CASE("the status of a response that has come in part", "[checks]")
{
    CHECK(status_of("HTTP/1.1 200 OK\r\n") == 200);
    CHECK(status_of("HTTP/1.0 404") == 404);
    CHECK_FALSE(status_of(""));
    CHECK_FALSE(status_of("HTTP/1.1 20"));
    CHECK(status_of("HTTP/1.1 2000") == 200); // no backend that is well says this
    CHECK(status_of("HTTP/1.1_200") == 0);
    CHECK(status_of("HTTP/1.1 999") == 0);
    CHECK(status_of("220 mail") == 0);
    CHECK(status_of("SSH") == 0);
}
