// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/loop/closing_time.hpp"

#include "unit/loopback.hpp"

#include <algorithm>
#include <memory>
#include <vector>

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

using clock = closing_time::clock;

struct bench {
    asio::io_context context;
    deadline_list deadlines{context};
    closing_list list{deadlines};
    ~bench() { deadlines.stop(); }
};

} // namespace

TEST_CASE("What outlives the limit is ended, each in the last tenth of it", "[closing]")
{
    bench b;
    closing_time end(2s);
    b.list.obey(end);
    std::vector<clock::time_point> fired;
    std::vector<std::unique_ptr<closing_list::entry>> entries;
    for (int i = 0; i < 200; ++i)
        entries.push_back(std::make_unique<closing_list::entry>(
            b.list, [&fired] { fired.push_back(clock::now()); }));
    bool called = false;
    {
        const closing_list::entry gone(b.list, [&called] { called = true; });
    }
    b.context.run_for(deadline_list::pause * 2);
    CHECK(fired.empty());
    CHECK_FALSE(entries[0]->is_due());
    const auto began = clock::now();
    end.begin();
    end.begin(); // the first call counts
    // One that comes later has the same limit.
    entries.push_back(
        std::make_unique<closing_list::entry>(b.list, [&fired] { fired.push_back(clock::now()); }));
    CHECK(until(b.context, [&] { return fired.size() == entries.size(); }));
    CHECK(fired.front() - began >= 1800ms);
    CHECK(std::all_of(entries.begin(), entries.end(), [](const auto& e) { return e->is_due(); }));
    // Not all at once: deadlines are looked at every tick.
    CHECK(fired.back() - fired.front() >= deadline_list::tick);
    CHECK_FALSE(called);
}

TEST_CASE("One that is ended may end another", "[closing]")
{
    bench b;
    closing_time end(1ms);
    b.list.obey(end);
    std::unique_ptr<closing_list::entry> first, second;
    int fired = 0;
    first = std::make_unique<closing_list::entry>(b.list, [&] { ++fired, second.reset(); });
    second = std::make_unique<closing_list::entry>(b.list, [&] { ++fired, first.reset(); });
    end.begin();
    CHECK(until(b.context, [&] { return fired > 0; }));
    b.context.run_for(deadline_list::pause * 2);
    CHECK(fired == 1);
}

TEST_CASE("A child that tells nobody that it stops is asked", "[closing]")
{
    bench b;
    bool stops = false;
    closing_time end(1ms, [&stops] { return stops; });
    b.list.obey(end);
    bool fired = false;
    const closing_list::entry one(b.list, [&fired] { fired = true; });
    b.context.run_for(deadline_list::pause * 2);
    CHECK_FALSE(fired);
    stops = true;
    CHECK(until(b.context, [&] { return fired; }));
}

TEST_CASE("Without a closing time nothing is ended", "[closing]")
{
    bench b;
    const closing_list::entry one(b.list, [] { FAIL("nobody has said so"); });
    CHECK_FALSE(one.is_due());
    b.context.run_for(deadline_list::pause);
}

TEST_CASE("A wait for a client is cut to what is left", "[closing]")
{
    closing_time end(1ms);
    CHECK(end.allowed(1min) == 1min);
    end.begin();
    CHECK(end.allowed(1min) <= 2s + 1ms);
    CHECK(end.allowed(10ms) == 10ms);
}
