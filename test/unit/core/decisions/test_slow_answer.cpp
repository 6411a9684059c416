// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/decisions/slow_answer.hpp"

#include "catch.hpp"

using namespace v6front;
using namespace std::chrono_literals;

TEST_CASE("A first byte is late after five seconds, or half of the time that the route gives")
{
    struct row {
        std::chrono::milliseconds response, timeout, late;
    };
    const row r = GENERATE(values<row>({
        {60s, 60s, 5s},     // nobody has set response=
        {300s, 300s, 5s},   // as Debian has Timeout
        {4s, 4s, 2s},       // what has failed by then was never late
        {3s, 60s, 1500ms},  // who expects haste
        {10min, 60s, 5min}, // a report that takes its time
        {60s, 300s, 30s},
    }));
    CHECK(late_after(r.response, r.timeout) == r.late);
}
