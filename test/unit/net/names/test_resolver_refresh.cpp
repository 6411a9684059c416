// SPDX-License-Identifier: Apache-2.0
#include "unit/resolver_bench.hpp"

#include <atomic>
#include <new>
#include <thread>

using namespace v6front;
using namespace v6front::test;

namespace
{

using clock = std::chrono::steady_clock;

task<std::string> look_up_twice(name_cache& names, std::string_view name)
{
    const auto wanted = numbered(name);
    const auto first = co_await names.resolve(wanted, 60s);
    const auto second = co_await names.resolve(wanted, 60s);
    co_return text(first) + " / " + text(second);
}

// A short interval for those tests that wait for a second lookup, none at all for the others.
constexpr resolve_rules quick{.refresh = 20ms, .max_stale = 24h, .timeout = 5s};

} // namespace

TEST_CASE("a name is looked up again though nobody asks, and a change is followed", "[resolver]")
{
    bench b(quick);
    b.server->say(address("192.0.2.1"));
    CHECK(b.resolve("site.example") == "192.0.2.1 ");
    REQUIRE(b.asked(5));
    b.server->say(address("192.0.2.2"));
    CHECK(b.becomes("192.0.2.2 "));
    CHECK(b.hears({"found 192.0.2.1", "changed 192.0.2.2"}));
}

TEST_CASE("the same addresses in another order are no change", "[resolver]")
{
    bench b(quick);
    const auto one = address("192.0.2.1").front(), two = address("192.0.2.2").front();
    b.server->say(ipv4_addresses{one, two});
    CHECK(b.resolve("site.example") == "192.0.2.1 192.0.2.2 ");
    b.server->say(ipv4_addresses{two, one});
    REQUIRE(b.asked(b.server->asked() + 3));
    CHECK(b.resolve("site.example") == "192.0.2.1 192.0.2.2 ");
    CHECK(b.heard.lines().size() == 1);
}

TEST_CASE("the last good answer is used while lookups fail, and while they hang", "[resolver]")
{
    bench b(quick);
    b.server->say(address("192.0.2.1"));
    CHECK(b.resolve("site.example") == "192.0.2.1 ");
    b.server->say(failure{reason::name_not_found, {}, "site.example"});
    REQUIRE(b.hears({"found 192.0.2.1", "failing 192.0.2.1 (" + no_name + ")"}));
    const auto failing = b.start("site.example");
    REQUIRE(failing.done());
    CHECK(failing.value() == "192.0.2.1 ");
    b.server->fall_silent();
    REQUIRE(b.asked(b.server->asked() + 2));
    const auto hanging = b.start("site.example");
    REQUIRE(hanging.done());
    CHECK(hanging.value() == "192.0.2.1 ");
    b.server->say(address("192.0.2.2"));
    CHECK(b.becomes("192.0.2.2 "));
    REQUIRE(until(b.context, [&] { return b.heard.lines().size() == 4; }));
    CHECK(b.heard.lines()[3] == "found 192.0.2.2");
}

TEST_CASE("an answer that is too old is dropped, and said so once", "[resolver]")
{
    bench b({.refresh = 20ms, .max_stale = 200ms, .timeout = 5s});
    b.server->say(address("192.0.2.1"));
    CHECK(b.resolve("site.example") == "192.0.2.1 ");
    b.server->say(failure{reason::name_not_found, {}, "site.example"});
    CHECK(b.becomes(no_name));
    CHECK(b.hears({"found 192.0.2.1", "failing 192.0.2.1 (" + no_name + ")",
                   "dropped 192.0.2.1 (" + no_name + ")"}));
    b.server->say(address("192.0.2.3"));
    CHECK(b.becomes("192.0.2.3 "));
}

TEST_CASE("a lookup that exceeds its time counts as failed, and others are tried", "[resolver]")
{
    bench b({.refresh = 20ms, .max_stale = 24h, .timeout = 100ms});
    const auto first = b.start("site.example");
    CHECK(b.get(first) == too_late);
    CHECK(b.hears({"failing (" + too_late + ")"}));
    REQUIRE(b.asked(2)); // beside the one that hangs
    b.server->say(address("192.0.2.1"));
    CHECK(b.becomes("192.0.2.1 "));
    CHECK(b.hears({"failing (" + too_late + ")", "found 192.0.2.1"}));
}

TEST_CASE("lookups that hang are few for one name, and leave the others alone", "[resolver]")
{
    auto server = std::make_shared<name_server>();
    const auto hanging = server->function();
    resolver names(
        [hanging](const std::string& name) -> result<ipv4_addresses> {
            return name == "quick.example" ? result<ipv4_addresses>(address("192.0.2.7"))
                                           : hanging(name);
        },
        {.refresh = 5ms, .max_stale = 24h, .timeout = 50ms});
    asio::io_context context;
    deadline_list deadlines(context);
    name_cache cache(names, context, deadlines);
    names.know("slow.example");
    for (int i = 0; i < 30; ++i)
        names.know("slow" + std::to_string(i) + ".example");
    // However long it is waited: 64 in all, and those that are tried again leave room for a name
    // that comes late.
    REQUIRE(until(context, [&] { return server->asked() >= 31; }));
    std::this_thread::sleep_for(100ms);
    CHECK(server->asked() <= 64);
    // Its own thread may be late on a busy machine; then it is asked again.
    CHECK(until(context, [&] {
        return finish(context, look_up(cache, "quick.example", 60s)) == "192.0.2.7 ";
    }));
    server->say(address("192.0.2.8"));
    const auto slow = finish(context, look_up(cache, "slow.example", 60s));
    CHECK((slow == "192.0.2.8 " || slow == too_late));
}

TEST_CASE("a lookup that finds no memory has failed, and is repeated", "[resolver]")
{
    std::atomic<int> asked{0};
    resolver names(
        [&asked](const std::string&) -> result<ipv4_addresses> {
            if (++asked == 1)
                throw std::bad_alloc();
            return address("192.0.2.9");
        },
        quick);
    asio::io_context context;
    deadline_list deadlines(context);
    name_cache cache(names, context, deadlines);
    CHECK(finish(context, look_up(cache, "site.example", 60s)) ==
          describe(reason::out_of_resources).words);
    CHECK(until(context, [&] {
        return finish(context, look_up(cache, "site.example", 60s)) == "192.0.2.9 ";
    }));
}

TEST_CASE("a name that failed is not waited for again, but looked up soon", "[resolver]")
{
    bench b;
    b.server->say(failure{reason::name_not_found, {}, "site.example"});
    CHECK(b.resolve("site.example") == no_name);
    const auto again = b.start("site.example");
    REQUIRE(again.done());
    CHECK(again.value() == no_name);
    CHECK(b.server->asked() == 1);
    b.server->say(address("192.0.2.1"));
    const auto start = clock::now();
    CHECK(b.becomes("192.0.2.1 ")); // within a second, though the interval is 30
    CHECK(clock::now() - start < 5s);
    CHECK(b.server->asked() == 2);
}

TEST_CASE("a failure is told to all that waited, though one of them asks again at once",
          "[resolver]")
{
    bench b;
    const started<std::string> eager(b.context, look_up_twice(b.cache, "site.example"));
    const auto patient = b.start("site.example");
    REQUIRE(b.asked(1));
    b.server->say(failure{reason::name_not_found, {}, "site.example"});
    REQUIRE(until(b.context, [&] { return patient.done(); }));
    CHECK(patient.value() == no_name);
    REQUIRE(until(b.context, [&] { return eager.done(); }));
    CHECK(eager.value() == no_name + " / " + no_name);
}
