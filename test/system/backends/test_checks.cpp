// SPDX-License-Identifier: Apache-2.0
//
// Health checks: what fails them gets no request, and all child processes together ask once.
#include "addresses.hpp"
#include "catch.hpp"
#include "deadline.hpp"
#include "watching.hpp"

#include <atomic>

using namespace v6front;
using namespace std::chrono_literals;
using place = twin_site::place;

namespace
{

// Answers everything but its health page, which says what the test wants.
struct patient {
    std::atomic<bool> well{true};
    std::atomic<unsigned> checks{0};
    std::atomic<unsigned> requests{0};

    scripted_backend::steps script()
    {
        return {script::read_request(), script::answer([this](const received_request& r) {
                    if (r.message.target() != "/health?deep") {
                        ++requests;
                        return response("ok");
                    }
                    ++checks;
                    return well ? response("well") : response("ill", {}, "503 Service Unavailable");
                }),
                script::again()};
    }
};

void check_out_and_back(const httpd_server& front, twin_site& site, patient& second)
{
    const auto address = site.address_and_port(place::second);
    second.well = false;
    CHECK(lines_about(front, "V6F0112", address, 2) == 2);
    CHECK(front.error_log().find("status 503") != std::string::npos);
    const unsigned before = second.requests;
    CHECK(ask_often(front, site.path(), 20).failed == 0);
    CHECK(second.requests == before);
    second.well = true;
    CHECK(lines_about(front, "V6F0113", address, 2) == 2);
    await("requests at the address that is well again", [&] {
        get(front, site.path());
        return second.requests > before;
    });
}

// Each of n children would ask for itself otherwise, and the time for so many checks be an n-th.
void check_that_one_asks(const way& w, patient& site)
{
    const unsigned begin = site.checks;
    const auto began = std::chrono::steady_clock::now();
    await("ten checks", [&] { return site.checks >= begin + 10; });
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began);
    print_figure(w, "ten checks at an interval of 200 ms", std::to_string(took.count()) + " ms");
    CHECK(took > 1600ms);
}

} // namespace

TEST_CASE("A backend with a health check", "[checks]")
{
    static const std::vector<way> ways{every_way()[0], every_way().back()};
    const way w = GENERATE(from_range(ways));
    INFO(w);
    patient one, two;
    twin_site site("checked.test");
    site.start(place::first, one.script());
    httpd_options options = options_for(
        w, site.directives() + "V6FrontCheck checked.test uri=/health?deep interval=200ms "
                               "status=200-299\n");
    options.children = 2;
    options.threads = 4;
    httpd_server front(options);

    // Before any request was made.
    await("a check", [&] { return one.checks > 0; });
    CHECK(lines_about(front, "V6F0112", site.address_and_port(place::second), 1) == 1);
    site.start(place::second, two.script());
    CHECK(lines_about(front, "V6F0113", site.address_and_port(place::second), 1) == 1);
    const auto asked = site.at(place::first).request(0).message;
    CHECK(asked.value("Host") == "site.test");
    CHECK(asked.value("User-Agent").starts_with("mod_v6front"));
    check_that_one_asks(w, one);
    check_out_and_back(front, site, two);

    // One that does not even answer fails the check as well.
    site.silence(place::second);
    CHECK(lines_about(front, "V6F0112", site.address_and_port(place::second), 3) == 3);
    CHECK(ask_often(front, site.path(), 10).failed == 0);
    // And where none is well, all are tried.
    one.well = false;
    CHECK(lines_about(front, "V6F0112", site.address_and_port(place::first), 1) == 1);
    CHECK(ask_often(front, site.path(), 5).failed == 0);
}
