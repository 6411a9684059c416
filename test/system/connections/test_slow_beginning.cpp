// SPDX-License-Identifier: Apache-2.0
//
// A module that waits while a connection begins keeps an engine from all others: the operator is
// told, once, and what to set.
#include "accepting.hpp"
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "text_lines.hpp"
#include "watching.hpp"
#include "ways.hpp"

using namespace v6front;

TEST_CASE("A module that waits while a connection begins is told of once", "[accepting]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    const accepting who = GENERATE(accepting::engines, accepting::mpm);
    INFO(w << ", " << who);
    scripted_backend site([](const received_request& r) { return response(r.message.target()); });
    httpd_options options = options_for(w, "V6FrontPass / " + site.url() + "\n");
    options.global = "LoadModule slow_beginning_module " + test_library("slow_beginning.so") + "\n";
    options.environment = {"SLOW_BEGINNING=300"};
    httpd_server front(accepted_by(who, options));
    for (const char* target : {"/a", "/b"})
        CHECK(get(front, target).body == target);
    CHECK(count(front.error_log(), "V6F0183") == (who == accepting::engines ? 1 : 0));
}
