// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/base/member_count.hpp"

#include "catch.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace v6front;

namespace
{

struct of_many_kinds {
    std::optional<bool> a;
    bool b = true;
    std::string c = "/";
    std::vector<int> d;
    std::map<std::string, int> e{};
    const int* f = nullptr;
    int (*g)(int) = nullptr;
    std::shared_ptr<int> h = std::make_shared<int>(1);
};
struct one_more : of_many_kinds {
    int i;
};

} // namespace

TEST_CASE("the members of an aggregate are counted", "[rows]")
{
    struct nothing {
    };
    struct single {
        std::optional<unsigned> a;
    };
    STATIC_REQUIRE(member_count<nothing>() == 0);
    STATIC_REQUIRE(member_count<single>() == 1);
    STATIC_REQUIRE(member_count<of_many_kinds>() == 8);
    STATIC_REQUIRE(member_count<one_more>() == 2); // the base, and one
}
