// SPDX-License-Identifier: Apache-2.0
//
// What the owners of state tell to whoever lists it: values, right at that moment.
#include "mod_v6front/net/exchange/admission.hpp"

#include "unit/address_children.hpp"
#include "unit/front.hpp"
#include "unit/resolver_bench.hpp"

#include "catch.hpp"

using namespace v6front;
using namespace v6front::test;

TEST_CASE("addresses are listed with who has judged them, how, and since when", "[snapshot]")
{
    shared_memory m;
    child one(m), other(m);
    CHECK(one.book.snapshot().empty());
    const auto use = one.book.use(at(1));
    one.book.failed(at(2, 8080), www, refusal);
    one.book.closed(at(1), www, refusal);
    one.book.failed_check(at(3), www, 7, {"status 500", {}, 500});
    const auto find = [](const std::vector<address_state>& all, const endpoint& a, check_number c) {
        const auto found = std::find_if(all.begin(), all.end(), [&](const address_state& s) {
            return s.address == a && s.check == c;
        });
        REQUIRE(found != all.end());
        return *found;
    };
    for (const auto* in : {&one, &other}) {
        const auto all = in->book.snapshot();
        CHECK(all.size() == 4);
        CHECK(find(all, at(1), 0).well);
        CHECK(find(all, at(1), 0).in_flight == (in == &one ? 1 : 0)); // counted per process
        CHECK_FALSE(find(all, at(2, 8080), 0).well);
        CHECK(find(all, at(2, 8080), 0).failures == 1);
        CHECK_FALSE(find(all, at(1), of_responses).well);
        CHECK(find(all, at(3), 7).well); // the first bad answer is no verdict
        CHECK(find(all, at(3), 7).failures == 1);
    }
    one.book.failed_check(at(3), www, 7, {"status 500", {}, 500});
    std::this_thread::sleep_for(std::chrono::milliseconds(3)); // for a time that can be told from 0
    one.book.succeeded(at(2, 8080), www);
    const auto later = other.book.snapshot();
    CHECK_FALSE(find(later, at(3), 7).well);
    CHECK(find(later, at(3), 7).since > std::chrono::milliseconds(0));
    CHECK(find(later, at(2, 8080), 0).well);
    CHECK(find(later, at(2, 8080), 0).since == std::chrono::milliseconds(0));
}

TEST_CASE("names are listed with their answer and its age, or why there is none", "[snapshot]")
{
    auto time = std::make_shared<std::atomic<std::int64_t>>(0);
    const auto answers = [](const std::string& name) -> result<ipv4_addresses> {
        if (name == "gone.example")
            return failure{reason::name_not_found, {}, name};
        return ipv4_addresses{asio::ip::make_address_v4("192.0.2.1")};
    };
    resolver names(answers, {}, {}, [time] {
        return std::chrono::steady_clock::time_point(std::chrono::hours(1) +
                                                     std::chrono::seconds(time->load()));
    });
    CHECK(names.snapshot().empty());
    const auto known = names.know("site.example");
    const auto gone = names.know("gone.example");
    asio::io_context idle;
    REQUIRE(until(idle, [&] { return known->version() > 0 && gone->version() > 0; }));
    time->store(20);
    const auto all = names.snapshot();
    REQUIRE(all.size() == 2);
    CHECK(all[0].name == "gone.example");
    CHECK(all[0].addresses.empty());
    CHECK(all[0].failing == reason::name_not_found);
    CHECK(all[1].name == "site.example");
    REQUIRE(all[1].addresses.size() == 1);
    CHECK(all[1].addresses[0].to_string() == "192.0.2.1");
    CHECK(all[1].age == std::chrono::seconds(20));
    CHECK_FALSE(all[1].failing);
}

TEST_CASE("limits are listed with what is in flight and what waits", "[snapshot]")
{
    std::vector<shared_tally::word> words(shared_tally::words(admission::counters(2), 4));
    admission door(words, 2);
    door.take_seat(::getpid());
    front f;
    auto order = f.order("GET");
    auto backend = *order.backend;
    backend.limit = 2;
    order.backend = &backend;
    order.rules.max_in_flight = order.rules.max_queued = 1;
    fake_client peer = f.make_client(), second = f.make_client();
    std::optional<admission::place> inside;
    const auto enter = [&](fake_client& who) -> task<void> {
        auto place = co_await door.enter(f.engine_, who, order);
        if (place)
            inside.emplace(std::move(*place));
    };
    asio::co_spawn(f.engine_.context(), enter(peer), asio::detached);
    REQUIRE(until(f.engine_.context(), [&] { return inside.has_value(); }));
    bool left = false;
    const auto wait = [&]() -> task<void> {
        auto place = co_await door.enter(f.engine_, second, order);
        left = place.has_value();
    };
    asio::co_spawn(f.engine_.context(), wait(), asio::detached);
    REQUIRE(until(f.engine_.context(), [&] { return door.snapshot()[1].waiting == 1; }));
    const auto all = door.snapshot();
    REQUIRE(all.size() == 2);
    CHECK(all[0].limit == 1);
    CHECK(all[0].in_flight == 0);
    CHECK(all[1].limit == 2);
    CHECK(all[1].in_flight == 1);
    inside.reset();
    REQUIRE(until(f.engine_.context(), [&] { return left; }));
    CHECK(door.snapshot()[1].in_flight == 0);
    CHECK(door.snapshot()[1].waiting == 0);
}

TEST_CASE("connections to sites are listed by address: in use, idle, a client's own", "[snapshot]")
{
    site_usage usage;
    CHECK(usage.snapshot().empty());
    const site_usage::use one(usage, usage.find(at(1)));
    const site_usage::use two(usage, usage.find(at(1)));
    REQUIRE(usage.add_idle(usage.find(at(2, 81)), 5));
    auto all = usage.snapshot();
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a.address < b.address; });
    REQUIRE(all.size() == 2);
    CHECK(all[0].address == at(1));
    CHECK(all[0].in_use == 2);
    CHECK(all[0].idle == 0);
    CHECK(all[1].address == at(2, 81));
    CHECK(all[1].in_use == 0);
    CHECK(all[1].idle == 1);

    personal_connections own;
    CHECK(own.snapshot().empty());
    name_numbers numbers;
    const auto identity = make_backend(site, numbers).identity(at(1));
    {
        const auto claim = own.reserve(identity);
        REQUIRE(own.snapshot().size() == 1);
        CHECK(own.snapshot()[0].of == identity);
        CHECK(own.snapshot()[0].in_use);
    }
    CHECK(own.snapshot().empty());
}
