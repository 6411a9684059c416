// SPDX-License-Identifier: Apache-2.0

#include "mod_v6front/net/loop/deadline.hpp"

#include "unit/loopback.hpp"

#include <ctime>
#include <memory>
#include <optional>
#include <vector>

namespace v6front::test
{

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

TEST_CASE("a deadline that another one arms anew while both are due fires at its new time alone",
          "[engine]")
{
    asio::io_context context;
    deadline_list list(context);
    unsigned fired = 0;
    clock::time_point at{}, armed{};
    std::optional<deadline> early, late;
    const auto put_off = [&](std::optional<deadline>& other) {
        return [&] {
            ++fired;
            at = clock::now();
            if (fired == 1) {
                armed = clock::now();
                other->arm(120ms);
            }
        };
    };
    early.emplace(list, put_off(late));
    late.emplace(list, put_off(early));
    for (auto* d : {&early, &late})
        (*d)->arm(1ms);
    context.run();
    CHECK(fired == 2);
    CHECK(at - armed >= 120ms);
}

TEST_CASE("near and far deadlines fire at their time, also where that was moved to and fro",
          "[engine]")
{
    asio::io_context context;
    deadline_list list(context);
    struct row {
        const char* what;
        std::vector<std::chrono::milliseconds> armed; // one after the other
        std::optional<deadline> d = {};
        clock::time_point fired = {};
    };
    const auto far = deadline_list::horizon + 300ms;
    row rows[] = {{"near", {20ms}},
                  {"far", {far}},
                  {"beyond two horizons", {2 * far}},
                  {"far, then near", {1h, 60ms}},
                  {"near, then far", {1ms, far}},
                  {"far, near and far again", {far, 1ms, far}}};
    const auto began = clock::now();
    for (auto& r : rows) {
        r.d.emplace(list, [&r] { r.fired = clock::now(); });
        for (const auto after : r.armed)
            r.d->arm(after);
    }
    // The loop turns for as long as any is armed.
    context.run();
    for (const auto& r : rows) {
        CAPTURE(r.what);
        CHECK(r.fired - began >= r.armed.back());
        CHECK(r.fired - began < r.armed.back() + 1s);
    }
}

// Each request that waits for a slow site has deadlines that are due again and again.
TEST_CASE("what it costs that many deadlines are due does not grow with those that are not",
          "[engine]")
{
    constexpr unsigned many = 40000;
    asio::io_context context;
    deadline_list list(context);
    unsigned fired = 0;
    std::vector<std::unique_ptr<deadline>> due, far;
    const auto fill = [&](auto& all, auto after) {
        for (unsigned i = 0; i < many; ++i) {
            all.push_back(std::make_unique<deadline>(list, [&fired] { ++fired; }));
            all.back()->arm(after);
        }
    };
    fill(due, 1ms);
    fill(far, 1h);
    const auto began = std::clock();
    REQUIRE(until(context, [&] { return fired == many; }));
    // One walk for each that is due would take seconds.
    CHECK(std::clock() - began < CLOCKS_PER_SEC / 4);
}

} // namespace v6front::test
