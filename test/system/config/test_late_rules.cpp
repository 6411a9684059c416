// SPDX-License-Identifier: Apache-2.0
//
// A rule that another module adds when the configuration has been read and settled: it leads
// nowhere, says so, and disturbs nothing that lists or asks for the others.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "watching.hpp"
#include "ways.hpp"

using namespace v6front;

TEST_CASE("A rule that another module adds after the start is not used", "[late_rules]")
{
    const way w = GENERATE(from_range(every_way()));
    const std::string directive = GENERATE("V6FrontPass /late ", "V6FrontPassMatch ^/late ");
    INFO(w << ", " << directive);
    scripted_backend site([](const received_request& r) { return response(r.message.target()); });
    httpd_options options =
        options_for(w, "V6FrontPass / " + site.url() +
                           "\n<Location /status>\nSetHandler server-status\n</Location>\n");
    options.modules = {"status"};
    options.global = "LoadModule late_rule_module " + test_library("late_rule.so") + "\n";
    options.environment = {"LATE_LINE=" + directive + site.url()};
    httpd_server front(options);
    for (int i = 0; i < 2; ++i) {
        CHECK(get(front, "/x").body == "/x");
        CHECK(get(front, "/late").status() == 404);
        const auto page = get(front, "/status?auto");
        CHECK(page.status() == 200);
        CHECK_THAT(page.body, ContainsSubstring("Name: " + site.authority() + "\n"));
        CHECK(site.hits() == static_cast<std::size_t>(i + 1));
        front.graceful();
    }
    CHECK_THAT(front.error_log(), ContainsSubstring("V6F0150: the rule at ") &&
                                      ContainsSubstring("was added after the configuration"));
}
