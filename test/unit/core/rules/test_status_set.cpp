// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/rules/setting_values.hpp"
#include "mod_v6front/core/rules/status_set.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("which errors get httpd's own page, as ProxyErrorOverride says it and with commas",
          "[settings]")
{
    struct row {
        const char* value;
        std::vector<int> in;
        std::vector<int> out;
    };
    const row rows[]{
        {"On", {400, 404, 499, 500, 599}, {100, 200, 301, 304, 399, 600}},
        {"off", {}, {400, 404, 500, 599}},
        {"404", {404}, {400, 403, 405, 500}},
        {"400,599", {400, 599}, {401, 598}},
        {"on,404,500", {404, 500}, {400, 503}},  // "On 404 500"
        {"404,500,404", {404, 500}, {400, 503}}, // mod_proxy takes it, too
    };
    for (const auto& r : rows) {
        CAPTURE(r.value);
        const auto set = parse_status_set("erroroverride", r.value);
        for (const int status : r.in)
            CHECK(set.contains(status));
        for (const int status : r.out)
            CHECK_FALSE(set.contains(status));
    }
    for (const char* value : {"", ",", "404,", ",404", "399", "600", "4xx", "404;500", "on,", "yes",
                              "off,404", "404,on", "-404", "404 500"}) {
        CAPTURE(value);
        CHECK_THROWS_WITH(
            parse_status_set("erroroverride", value),
            "erroroverride=\"" + std::string(value) +
                "\" must be \"on\", \"off\", or statuses from 400 to 599, such as 404 "
                "or 500,502,503");
    }
}
