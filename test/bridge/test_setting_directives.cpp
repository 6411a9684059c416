// SPDX-License-Identifier: Apache-2.0
//
// Directives that set a key of V6FrontPass for all routes of a server or location.
#include "bench.hpp"

using namespace v6front;
using namespace v6front::test;

TEST_CASE("a directive that a setting's row names sets that setting", "[config][rows]")
{
    for_each_row(setting_rows, [](const auto& row) {
        if (row.directive.empty())
            return;
        CAPTURE(row.key, row.directive);
        bench b;
        const bool has_keys = keys_of_directive(row.directive).size() > 1;
        const bool is_time =
            std::is_same_v<decltype(row.member), std::optional<milliseconds> exchange_settings::*>;
        const std::string value = is_time ? "7" : "off";
        const std::string name(row.directive);
        CHECK(b.set(name.c_str(), {has_keys ? std::string(row.key) + "=" + value : value}).empty());
        auto expected = exchange_settings{};
        expected.*row.member = row.parse({}, value);
        for_each_row(setting_rows, [&](const auto& other) {
            CAPTURE(other.key);
            CHECK(b.location().settings.*other.member == expected.*other.member);
        });
    });
}
