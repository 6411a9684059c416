// SPDX-License-Identifier: Apache-2.0

#include "net/loop/loop_clock.hpp"

#include "catch.hpp"

#include <chrono>

namespace v6front
{

TEST_CASE("the loop's clock is behind the steady one by less than its lag, and never ahead",
          "[engine]")
{
    using steady = std::chrono::steady_clock;
    for (const auto until = steady::now() + std::chrono::milliseconds(50);;) {
        const auto before = steady::now();
        const auto read = loop_clock::now();
        const auto after = steady::now();
        REQUIRE(read <= after);
        REQUIRE(before - read < loop_clock::lag);
        if (after > until)
            break;
    }
}

} // namespace v6front
