// SPDX-License-Identifier: Apache-2.0
//
// A site that moves, and whose old address is dead when a request comes: the name is looked up
// again with that request in hand, long before the interval at which that happens anyway.
#include "addresses.hpp"
#include "catch.hpp"
#include "private_network.hpp"
#include "scripted_names.hpp"
#include "ways.hpp"

#include <ostream>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

using clock_type = std::chrono::steady_clock;
using std::chrono::milliseconds;

milliseconds since(clock_type::time_point start)
{
    return std::chrono::duration_cast<milliseconds>(clock_type::now() - start);
}

// A name is looked up once a second at most, so a move within the first one is not seen at once.
void let_the_first_lookup_age(clock_type::time_point started)
{
    await("a second", [&] { return since(started) > 1100ms; });
}

struct moved_case {
    std::string what;
    enum class old { refuses, is_silent, is_unreachable } place = old::refuses;
    std::string method = "GET";
    std::string directives{}; // "" is the site's name itself
    std::vector<std::string> old_addresses{"127.0.0.2"};
    bool short_list = true; // not in every way of running
    milliseconds at_most = 1000ms;
};
std::ostream& operator<<(std::ostream& out, const moved_case& c)
{
    return out << c.what;
}

const std::vector<moved_case>& cases()
{
    using old = moved_case::old;
    static const std::vector<moved_case> list{
        {.what = "the old address refuses", .short_list = false},
        {.what = "the old address is silent", .place = old::is_silent, .at_most = 2000ms},
        {.what = "the old address is unreachable",
         .place = old::is_unreachable,
         .old_addresses = {"203.0.113.1"}},
        {.what = "a POST", .method = "POST"},
        {.what = "both old addresses refuse", .old_addresses = {"127.0.0.2", "127.0.0.4"}},
        {.what = "a name that stands for the site's",
         .directives = "V6FrontBackendV4 www.site.test site.test\n"},
    };
    return list;
}

// With the interval that operators have: half a minute.
httpd_options front_for(const way& w, std::uint16_t port, const std::string& directives = {})
{
    httpd_options options =
        options_for_name(w, directives.empty() ? "site.test" : "www.site.test", port);
    options.site = directives + options.site;
    return options;
}

void expect_followed(const way& w, const moved_case& c)
{
    const private_network network;
    scripted_names names;
    names.say("site.test", {.a = c.old_addresses});
    scripted_backend new_site(say("new"), 0, "127.0.0.3");
    std::unique_ptr<scripted_backend> old_site;
    if (c.place != moved_case::old::is_unreachable)
        old_site = std::make_unique<scripted_backend>(say("old"), new_site.port(), "127.0.0.2");
    httpd_server front(front_for(w, new_site.port(), c.directives));
    const auto started = clock_type::now();
    const question asked{.method = c.method, .body = c.method == "POST" ? "a=1" : ""};
    if (old_site && c.old_addresses.size() == 1)
        CHECK(ask(front, asked).body == "old");
    old_site.reset();
    std::unique_ptr<silent_listener> silent;
    if (c.place == moved_case::old::is_silent)
        silent = std::make_unique<silent_listener>("127.0.0.2", new_site.port());
    let_the_first_lookup_age(started);

    names.say("site.test", {.a = {"127.0.0.3"}});
    const auto moved = clock_type::now();
    const auto answer = ask(front, asked);
    const auto took = since(moved);
    CHECK(answer.status() == 200);
    CHECK(answer.body == "new");
    CHECK(took < patience(c.at_most));
    CHECK(ask(front, asked).body == "new");
    CHECK(front.complaints() == no_complaints);
    print_figure(w, "a site has moved, " + c.what,
                 "followed after " + std::to_string(took.count()) + " ms");
}

} // namespace

TEST_CASE("A site that has moved is followed with the request in hand", "[names][moved]")
{
    if (!private_network::possible("a site that moves from a dead address"))
        return;
    const moved_case c = GENERATE(from_range(cases()));
    for (const way& w : c.short_list ? short_list() : every_way()) {
        INFO(w);
        INFO(c);
        expect_followed(w, c);
    }
}

TEST_CASE("A site that is dead where it is costs one lookup a second, and no wait",
          "[names][moved]")
{
    if (!private_network::possible("a dead site and its name"))
        return;
    const private_network network;
    scripted_names names;
    const way w = GENERATE(from_range(one_of_each_mpm()));
    INFO(w);
    names.say("site.test", {.a = {"127.0.0.2"}});
    httpd_server front(front_for(w, free_port()));
    // Under prefork each process has a resolver of its own.
    const std::size_t processes = w.model == mpm::prefork ? front.options().threads : 1;
    const auto before = names.asked("site.test", record_type::a);
    const auto started = clock_type::now();
    tally answers;
    while (since(started) < 2500ms || answers.asked <= 20) {
        const auto asked = clock_type::now();
        CHECK(get(front, "/").status() == 502);
        answers.add(200, clock_type::now() - asked);
    }
    const auto lookups = names.asked("site.test", record_type::a) - before;
    CHECK(answers.asked > 20);
    CHECK(answers.longest < patience(1000ms));
    const auto seconds = static_cast<std::size_t>(since(started) / 1000ms) + 2;
    CHECK(lookups >= 2);
    CHECK(lookups <= processes * seconds);
}

TEST_CASE("A name server that is silent holds no request of a dead site for long", "[names][moved]")
{
    if (!private_network::possible("a dead site and a silent name server"))
        return;
    const private_network network;
    scripted_names names;
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    names.say("site.test", {.a = {"127.0.0.2"}});
    httpd_options options = front_for(w, free_port());
    options.site += " connect=1\n";
    httpd_server front(options);
    const auto started = clock_type::now();
    CHECK(get(front, "/").status() == 502);
    let_the_first_lookup_age(started);
    names.fall_silent();
    const auto asked = clock_type::now();
    CHECK(get(front, "/").status() == 502);
    CHECK(since(asked) > 500ms); // the lookup was waited for
    CHECK(since(asked) < patience(2000ms));
}
