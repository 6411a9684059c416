// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/decisions/slow_answer.hpp"

#include "catch.hpp"

using namespace v6front;
using namespace std::chrono_literals;

TEST_CASE("A first byte is late after five seconds, or half of the time that the route gives")
{
    struct row {
        std::chrono::milliseconds limit;
        bool is_set;
        std::chrono::milliseconds late;
    };
    const row r = GENERATE(values<row>({
        {60s, false, 5s},    // nobody has set response=
        {300s, false, 5s},   // as Debian has Timeout
        {4s, false, 2s},     // what has failed by then was never late
        {3s, true, 1500ms},  // who expects haste
        {10min, true, 5min}, // a report that takes its time
        {60s, true, 30s},    // what Timeout says too, but set
    }));
    CHECK(late_after(r.limit, r.is_set) == r.late);
}
