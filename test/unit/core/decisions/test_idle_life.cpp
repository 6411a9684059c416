// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/decisions/idle_life.hpp"

#include "catch.hpp"

using namespace v6front;
using namespace std::chrono_literals;

TEST_CASE("how long a connection may have been idle for what cannot be repeated", "[idle_life]")
{
    struct row {
        milliseconds promised, seen, safe;
    };
    for (const row& r : {row{0ms, 0ms, 1s},
                         // A second less than promised, or half of very little.
                         {5s, 0ms, 4s},
                         {2s, 0ms, 1s},
                         {1s, 0ms, 500ms},
                         // What was seen, by far.
                         {0ms, 60s, 15s},
                         {0ms, 2s, 500ms},
                         {0ms, 200ms, 50ms},
                         {0ms, 1ms, 0ms},
                         // A promise that was kept, as far as such times can be measured.
                         {5s, 5s, 4s},
                         {5s, 4900ms, 4s},
                         {5s, 70s, 4s},
                         // And broken.
                         {5s, 2s, 500ms},
                         {5s, 1ms, 0ms}}) {
        CAPTURE(r.promised.count(), r.seen.count());
        CHECK(safe_idle(r.promised, r.seen) == r.safe);
    }
}
