// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/backends/address_watch.hpp"

#include "unit/address_children.hpp"
#include "unit/ports.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <thread>

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

TEST_CASE("an address has one record, for each check another, and none when all are taken",
          "[addresses]")
{
    shared_memory m(64);
    address_table table(m.records);
    auto* one = table.find(at(1));
    REQUIRE(one);
    CHECK(table.find(at(1)) == one);
    CHECK(address_table(m.records).find(at(1)) == one);
    CHECK(table.find(at(1, 81)) != one);
    CHECK(table.find(at(2)) != one);
    CHECK(table.find(at(1), 1) != one);
    unsigned without = 0;
    for (unsigned i = 0; i < 100; ++i)
        without += table.find(at(i)) == nullptr;
    CHECK(without >= 36);
    CHECK(table.find(at(1)) == one);
    CHECK(address_table({}).find(at(1)) == nullptr);
}

TEST_CASE("without memory that is shared nothing is remembered, and nothing fails", "[addresses]")
{
    shared_memory none(0);
    child c(none);
    for (int i = 0; i < 5; ++i)
        c.book.failed(at(1), www, refusal);
    c.book.succeeded(at(1), www);
    const auto use = c.book.use(at(1));
    CHECK(c.told.empty());
    CHECK(c.arrange({at(1), at(2)}).size() == 2);
    CHECK_FALSE(c.book.may_try(at(1), 0, 1s));
}

TEST_CASE("addresses that are well are used alike, the one with less in flight first",
          "[addresses]")
{
    shared_memory m;
    child c(m);
    std::map<endpoint, unsigned> first;
    for (int i = 0; i < 600; ++i)
        ++first[c.arrange({at(1), at(2), at(3)}).front()];
    for (unsigned i = 1; i <= 3; ++i)
        CHECK(first[at(i)] > 120);
    {
        const auto busy = c.book.use(at(1));
        for (int i = 0; i < 50; ++i)
            CHECK(c.arrange({at(1), at(2)}).front() == at(2));
    }
    first.clear();
    for (int i = 0; i < 200; ++i)
        ++first[c.arrange({at(1), at(2)}).front()];
    CHECK(first[at(1)] > 50);
}

TEST_CASE("an address that fails is avoided at once, told of at the third, and by all children",
          "[addresses]")
{
    shared_memory m;
    child one(m), two(m);
    const auto is_avoided = [](child& c) {
        unsigned n = 0;
        for (int i = 0; i < 20; ++i)
            n += c.arrange({at(1), at(2), at(3)}).back() == at(2);
        return n == 20;
    };
    CHECK_FALSE(is_avoided(one));
    one.book.failed(at(2), www, refusal);
    CHECK(is_avoided(one));
    CHECK(is_avoided(two));
    CHECK(one.told.empty());
    two.book.failed(at(2), www, refusal);
    one.book.failed(at(2), www, refusal);
    two.book.failed(at(2), www, refusal);
    CHECK(one.told == std::vector<std::string>{"out 192.0.2.2"});
    CHECK(two.told.empty());
    child born_later(m);
    CHECK(is_avoided(born_later));
    two.book.succeeded(at(2), www);
    one.book.succeeded(at(2), www);
    CHECK(two.told == std::vector<std::string>{"back 192.0.2.2"});
    CHECK(one.told.size() == 1);
    CHECK_FALSE(is_avoided(one));
}

TEST_CASE("where all fail, all are tried; what failed this very request comes last", "[addresses]")
{
    shared_memory m;
    child c(m);
    for (unsigned i = 1; i <= 3; ++i)
        c.book.failed(at(i), www, refusal);
    std::map<endpoint, unsigned> first;
    for (int i = 0; i < 300; ++i) {
        const auto order = c.arrange({at(1), at(2), at(3)});
        CHECK(order.size() == 3);
        ++first[order.front()];
    }
    CHECK(first.size() == 3);
    for (int i = 0; i < 20; ++i) {
        CHECK(c.arrange({at(1), at(2), at(3)}, 0, at(2)).back() == at(2));
        CHECK(c.arrange({at(4), at(5)}, 0, at(4)).front() == at(5));
    }
    CHECK(c.arrange({at(1)}, 0, at(1)).size() == 1);
}

TEST_CASE("what is no fault of the backend is not held against it", "[addresses]")
{
    shared_memory m;
    child c(m);
    c.book.failed(at(1), www, {reason::out_of_resources, {}, {}});
    CHECK(c.book.is_well(at(1)));
    c.book.doubt(at(1), www);
    c.book.doubt(at(1), www);
    c.book.doubt(at(1), www);
    CHECK_FALSE(c.book.is_well(at(1))); // but slowness alone is never told of
    CHECK(c.told.empty());
}

TEST_CASE("a check has its own verdict, for those that ask by it", "[addresses]")
{
    shared_memory m;
    child c(m);
    c.book.failed_check(at(1), www, 7, {"status 503", {}, 503});
    CHECK(c.told.empty());
    c.book.failed_check(at(1), www, 7, {"status 503", {}, 503});
    CHECK(c.told == std::vector<std::string>{"out 192.0.2.1 check"});
    std::map<endpoint, unsigned> first;
    for (int i = 0; i < 50; ++i) {
        CHECK(c.arrange({at(1), at(2)}, 7).front() == at(2));
        ++first[c.arrange({at(1), at(2)}, 8).front()];
    }
    CHECK(first.size() == 2);
    c.book.passed_check(at(1), www, 7);
    CHECK(c.told.back() == "back 192.0.2.1 check");
}

TEST_CASE("one of all children is chosen for each try, and the next comes later each time",
          "[addresses]")
{
    shared_memory m;
    child one(m), two(m);
    CHECK(one.book.may_try(at(1), 3, 1h));
    CHECK_FALSE(two.book.may_try(at(1), 3, 1h));
    two.book.try_again_in(at(1), 3, -1ms);
    CHECK(one.book.next_try(at(1), 3) <= address_book::clock::now());
    CHECK(two.book.may_try(at(1), 3, 1h));
    auto before = 0ms;
    for (int i = 0; i < 10; ++i) {
        one.book.failed(at(2), www, refusal);
        CHECK(one.book.pause(at(2)) >= before);
        before = one.book.pause(at(2));
        CHECK(before <= address_book::last_pause);
    }
    CHECK(before == address_book::last_pause);
}

TEST_CASE("children that find the same at the same time say it once, and one of them tries",
          "[addresses]")
{
    shared_memory m;
    child one(m), two(m);
    const auto by_all = [&](const std::function<void(child&)>& act) {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&, i] { act(i % 2 == 0 ? one : two); });
    };
    for (unsigned round = 1; round <= 50; ++round) {
        CAPTURE(round);
        const auto address = at(round);
        by_all([&](child& c) { c.book.failed(address, www, refusal); });
        CHECK(one.said() + two.said() == 2 * round - 1);
        CHECK_FALSE(one.book.is_well(address));

        two.book.try_again_in(address, 0, -1ms);
        std::atomic<int> chosen = 0;
        by_all([&](child& c) { chosen += c.book.may_try(address, 0, 1h); });
        CHECK(chosen == 1);

        by_all([&](child& c) { c.book.succeeded(address, www); });
        CHECK(one.said() + two.said() == 2 * round);
        CHECK(two.book.is_well(address));
    }
}

TEST_CASE("an address that fails is tried in the background until it is back", "[addresses]")
{
    const descriptors_kept kept;
    asio::io_context context;
    shared_memory m;
    child c(m);
    address_watch watch(c.book);
    c.book.set_watcher([&](const endpoint& e, const backend& of) { watch.try_until_well(e, of); });
    auto port = std::make_unique<refusing_port>(context);
    const auto address = port->address();
    c.book.failed(address, www, refusal);
    REQUIRE(until(context, [&] { return c.said() == 1; }));
    CHECK(c.told[0].starts_with("out"));
    port.reset();
    const auto back = std::chrono::steady_clock::now();
    acceptor listener(context, address);
    REQUIRE(until(context, [&] { return c.said() == 2; }));
    CHECK(c.told[1].starts_with("back"));
    CHECK(std::chrono::steady_clock::now() - back < 1s);
}

TEST_CASE("whoever was to try an address may die: the next that sees it takes over", "[addresses]")
{
    shared_memory m;
    child dead(m), alive(m);
    unsigned asked = 0;
    alive.book.set_watcher([&](const endpoint&, const backend&) { ++asked; });
    dead.book.failed(at(1), www, refusal);
    alive.arrange({at(1), at(2)});
    CHECK(asked == 0); // not yet: it may be at it
    alive.book.try_again_in(at(1), 0, -address_book::last_pause - 1ms);
    alive.arrange({at(1), at(2)});
    CHECK(asked == 1);
}
