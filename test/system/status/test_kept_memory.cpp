// SPDX-License-Identifier: Apache-2.0
//
// What engines keep of memory for the next requests, as v6front-status says it.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "status_view.hpp"

using namespace v6front;

namespace
{

double kept_by_all(const status_view& seen)
{
    double all = 0;
    for (const auto& process : seen.all().at("processes").as_array())
        for (const auto& engine : process.at("engines").as_array())
            all += number_at(engine, "/kept_memory");
    return all;
}

} // namespace

TEST_CASE("v6front-status says how much memory engines keep, and that is bounded",
          "[v6front_status]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    const scripted_backend site([](const auto&) { return response(std::string(100000, 'x')); });
    const httpd_server front(
        options_for(w, "V6FrontPass / " + site.url() + "\n" + status_location()));
    for (int i = 0; i < 20; ++i)
        CHECK(get(front, "/").status() == 200);
    auto seen = status_view::of(front);
    CHECK(eventually_shown(front, seen, [](const status_view& s) { return kept_by_all(s) > 0; }));
    INFO(seen.text());
    const auto engines = seen.all().at("processes").at(0).at("engines").as_array().size();
    CHECK(kept_by_all(seen) < 10e6 * static_cast<double>(engines));
}
