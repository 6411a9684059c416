// SPDX-License-Identifier: Apache-2.0
#include "unit/resolver_bench.hpp"

#include <thread>

using namespace v6front;
using namespace v6front::test;

namespace
{

using clock = std::chrono::steady_clock;

} // namespace

TEST_CASE("the system's names are looked up for IPv4 only", "[resolver]")
{
    const auto local = look_up_ipv4("localhost");
    REQUIRE(local.has_value());
    CHECK(*local == address("127.0.0.1"));
    const auto literal = look_up_ipv4("192.0.2.1");
    REQUIRE(literal.has_value());
    CHECK(*literal == address("192.0.2.1"));
    // What exists as IPv6 only is not used, and not called unknown either.
    const auto six = look_up_ipv4("::1");
    REQUIRE_FALSE(six.has_value());
    CHECK(six.error().reason == reason::no_ipv4_address);
    const auto bad = look_up_ipv4("not a name");
    REQUIRE_FALSE(bad.has_value());
    CHECK(bad.error().detail.find("not a name") == 0);
}

TEST_CASE("one lookup serves all that ask for the name while it runs", "[resolver]")
{
    auto server = std::make_shared<name_server>();
    resolver names(server->function());
    std::atomic<unsigned> answers{0};
    std::promise<void> all;
    std::vector<std::thread> askers;
    for (int i = 0; i < 4; ++i)
        askers.emplace_back([&] {
            const auto name = names.know("site.example");
            names.when_known(*name, [&, name] {
                CHECK(text(names.answer(*name)) == "192.0.2.1 ");
                if (++answers == 4)
                    all.set_value();
            });
        });
    for (auto& t : askers)
        t.join();
    server->say(address("192.0.2.1"));
    REQUIRE(all.get_future().wait_for(patience) == std::future_status::ready);
    CHECK(server->asked() == 1);
}

TEST_CASE("an engine asks once for a name, and knows it from then on", "[resolver]")
{
    bench b;
    const auto first = b.start("site.example"), second = b.start("site.example");
    REQUIRE(b.asked(1));
    CHECK_FALSE(first.done());
    b.server->say(ipv4_addresses{asio::ip::make_address_v4("192.0.2.1"),
                                 asio::ip::make_address_v4("192.0.2.2")});
    CHECK(b.get(first) == "192.0.2.1 192.0.2.2 ");
    CHECK(b.get(second) == "192.0.2.1 192.0.2.2 ");
    b.server->say(address("192.0.2.9"));
    const auto third = b.start("site.example");
    REQUIRE(third.done()); // without a turn of the loop more
    CHECK(third.value() == "192.0.2.1 192.0.2.2 ");
    CHECK(b.server->asked() == 1);
    CHECK(b.resolve("other.example") == "192.0.2.9 ");
    CHECK(b.server->asked() == 2);
}

TEST_CASE("a lookup that hangs is waited for until the deadline, and holds up nobody else",
          "[resolver]")
{
    auto server = std::make_shared<name_server>();
    const auto hanging = server->function();
    resolver names([hanging](const std::string& name) -> result<ipv4_addresses> {
        return name == "slow.example" ? hanging(name)
                                      : result<ipv4_addresses>(address("192.0.2.7"));
    });
    asio::io_context context;
    deadline_list deadlines(context);
    name_cache cache(names, context, deadlines);
    const auto start = clock::now();
    const started<std::string> slow(context, look_up(cache, "slow.example", 100ms));
    const auto quick = finish(context, look_up(cache, "quick.example", 60s));
    CHECK(quick == "192.0.2.7 ");
    REQUIRE(until(context, [&] { return slow.done(); }));
    CHECK(slow.value() == too_late);
    CHECK(clock::now() - start >= 100ms);
    // Asked again while the same lookup still hangs, then answered by it.
    const started<std::string> again(context, look_up(cache, "slow.example", 60s));
    server->say(address("192.0.2.8"));
    REQUIRE(until(context, [&] { return again.done(); }));
    CHECK(again.value() == "192.0.2.8 ");
}

TEST_CASE("an engine may go while a lookup of it is in flight", "[resolver]")
{
    std::promise<void> left;
    {
        auto server = std::make_shared<name_server>(&left);
        resolver names(server->function());
        {
            engine e(names);
            const started<std::string> run(e.context(), look_up(e.names(), "site.example", 60s));
            std::thread thread([&e] { e.run(); });
            while (server->asked() == 0)
                std::this_thread::yield();
            e.stop();
            thread.join();
            CHECK_FALSE(run.done());
        }
        server->say(address("192.0.2.1"));
    }
    // The lookup's thread has found nobody, and has let go of everything.
    CHECK(left.get_future().wait_for(patience) == std::future_status::ready);
}

TEST_CASE("engines on threads of their own share one resolver", "[resolver]")
{
    const auto asked = std::make_shared<std::atomic<unsigned>>(0);
    std::promise<void> never;
    const auto hangs = never.get_future().share();
    resolver names([asked, hangs](const std::string& name) -> result<ipv4_addresses> {
        ++*asked;
        if (name == "hangs.example")
            hangs.wait();
        return address("192.0.2.1");
    });
    constexpr unsigned engines = 3;
    std::vector<std::unique_ptr<engine>> all;
    std::vector<std::thread> threads;
    std::vector<std::string> found(engines);
    std::atomic<unsigned> left{engines};
    for (unsigned i = 0; i < engines; ++i) {
        all.push_back(std::make_unique<engine>(names));
        auto& e = *all.back();
        asio::co_spawn(e.context(), look_up(e.names(), "hangs.example", 60s),
                       [](std::exception_ptr, const std::string&) {});
        asio::co_spawn(e.context(), look_up(e.names(), "site.example", 60s),
                       [&found, &left, i](std::exception_ptr, std::string answer) {
                           found[i] = std::move(answer);
                           --left;
                           left.notify_one();
                       });
        threads.emplace_back([&e] { e.run(); });
    }
    for (auto n = left.load(); n > 0; n = left.load())
        left.wait(n);
    for (unsigned i = 0; i < engines; ++i) {
        all[i]->stop();
        threads[i].join();
    }
    CHECK(found == std::vector<std::string>(engines, "192.0.2.1 "));
    // The thread that asks for the other name may begin later.
    const auto limit = clock::now() + patience;
    while (*asked < 2 && clock::now() < limit)
        std::this_thread::yield();
    CHECK(*asked >= 2);
    all.clear();
    never.set_value();
}
