// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"

#include "mod_v6front/core/rules/answer_run.hpp"

using namespace v6front;

TEST_CASE("only answers one behind another count, and they are told once", "[answer_run]")
{
    answer_run run;
    for (unsigned i = 1; i < answer_run::enough; ++i)
        CHECK_FALSE(run.note(true));
    CHECK_FALSE(run.note(false));
    for (unsigned i = 1; i < answer_run::enough; ++i)
        CHECK_FALSE(run.note(true));
    CHECK(run.note(true));
    CHECK_FALSE(run.note(true));
    CHECK_FALSE(run.note(false));
    for (unsigned i = 0; i < 2 * answer_run::enough; ++i)
        CHECK_FALSE(run.note(true));
}
