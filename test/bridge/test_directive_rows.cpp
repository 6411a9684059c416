// SPDX-License-Identifier: Apache-2.0
//
// Every directive of the module's table: a row there has a row in directive_cases.
#include "directive_cases.hpp"

using namespace v6front;
using namespace v6front::test;

namespace
{

std::string result_of(const directive_case& c, bool outside, bool inside)
{
    bench outer, inner;
    inner.parms.pool = outer.pool; // one configuration, as httpd reads it
    if (outside)
        CHECK(outer.set(c.name, c.outer).empty());
    if (inside)
        CHECK(inner.set(c.name, c.inner).empty());
    auto* server = v6front_merge_server_config(inner.pool, &outer.config(), &inner.config());
    auto* location = v6front_merge_dir_config(inner.pool, &outer.location(), &inner.location());
    return c.read({at<server_config>(server), at<location_config>(location), outer.pool});
}

} // namespace

TEST_CASE("every directive is inherited, overridden and refused as its row says", "[config][rows]")
{
    std::size_t directives = 0;
    for (const auto* row = v6front_module.cmds; row->name; ++row, ++directives) {
        CAPTURE(row->name);
        CHECK(std::string_view(row->errmsg).size() > 20); // its help
        const auto found = std::find_if(directive_cases().begin(), directive_cases().end(),
                                        [&](const auto& c) { return view(c.name) == row->name; });
        INFO("has no row in this test");
        REQUIRE(found != directive_cases().end());
        CHECK(result_of(*found, false, false) == found->none);
        CHECK(result_of(*found, true, false) == found->only_outer);
        CHECK(result_of(*found, false, true) == found->only_inner);
        CHECK(result_of(*found, true, true) == found->both);
        bench b;
        CHECK_THAT(b.set(found->name, found->wrong),
                   ContainsSubstring(std::string(found->name) + ": " + found->says));
    }
    CHECK(directives == directive_cases().size());
}
