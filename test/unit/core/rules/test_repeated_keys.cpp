// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"

#include "mod_v6front/core/rules/settings.hpp"
#include "mod_v6front/core/edits/target.hpp"

using namespace v6front;

TEST_CASE("a key is given once in a directive", "[settings]")
{
    using words = std::vector<std::string_view>;
    CHECK_NOTHROW(check_keys_differ({}));
    CHECK_NOTHROW(check_keys_differ(words{"max=1", "queue=1", "idle=3"}));
    CHECK_NOTHROW(check_keys_differ(words{"/a", "/a"})); // no keys
    CHECK_NOTHROW(check_keys_differ(words{"=a", "=b"}));
    CHECK_THROWS_WITH(check_keys_differ(words{"max=1", "idle=3", "Max=2"}),
                      "max= is given twice: \"max=1\" and \"Max=2\"");
}

TEST_CASE("the highest group that a URL names", "[target]")
{
    CHECK(highest_group("/") == 0);
    CHECK(highest_group("/$1") == 1);
    CHECK(highest_group("/$9/$2") == 9);
    CHECK(highest_group("/$0") == 0);
    CHECK(highest_group("/$") == 0);
    CHECK(highest_group("/$$1$x") == 1);
}
