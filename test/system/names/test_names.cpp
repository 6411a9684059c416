// SPDX-License-Identifier: Apache-2.0
//
// Names of backends: a name server that lies, hangs, dies and comes back, in a network of the
// test's own. Each scenario prints its figure.
#include "catch.hpp"
#include "private_network.hpp"
#include "scripted_backend.hpp"
#include "scripted_names.hpp"
#include "steady_load.hpp"
#include "text_lines.hpp"
#include "watching.hpp"
#include "ways.hpp"

#include <iostream>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

using clock_type = std::chrono::steady_clock;

constexpr const char* quick = "V6FrontResolve refresh=1 timeout=1\n";

httpd_options quick_front_for(const way& w, std::uint16_t port,
                              const std::string& host = "site.test")
{
    httpd_options options = options_for_name(w, host, port);
    options.global = quick;
    return options;
}

way adopted()
{
    return short_list().front();
}

double seconds_since(clock_type::time_point start)
{
    return std::chrono::duration<double>(clock_type::now() - start).count();
}

// Asks until there is a 200; how long that took.
double seconds_to_first_200(const httpd_server& front)
{
    const auto start = clock_type::now();
    await("a 200", [&] { return get(front, "/").status() == 200; });
    return seconds_since(start);
}

bool logs(const httpd_server& front, const std::string& text)
{
    return eventually([&] { return count(front.error_log(), text) > 0; });
}

void figure(const std::string& scenario, const std::string& what)
{
    std::cout << "figure: " << scenario << ": " << what << std::endl;
}

} // namespace

TEST_CASE("The trap, with a real name server: one request, one hit, and AAAA is not even asked for",
          "[names]")
{
    if (!private_network::possible("the trap"))
        return;
    const private_network network;
    scripted_names names;
    names.say("site.test", {.a = {"127.0.0.1"}, .aaaa = {"::1"}});
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(say("from the site"));
    httpd_options options = quick_front_for(w, site.port());
    options.port = site.port();
    httpd_server front(options);
    const auto start = clock_type::now();
    CHECK(get(front, "/").body == "from the site");
    figure("dual-stack trap, " + std::string(w.name),
           "200 after " + std::to_string(seconds_since(start)) + " s, " +
               std::to_string(site.hits()) + " hit");
    CHECK(site.hits() == 1);
    CHECK(front.complaints() == no_complaints);
    CHECK(names.asked("site.test", record_type::a) > 0);
    CHECK(names.asked("site.test", record_type::aaaa) == 0);
}

TEST_CASE("A name that has AAAA records only is a 502 that says so, until it has an A record",
          "[names]")
{
    if (!private_network::possible("AAAA only"))
        return;
    const private_network network;
    scripted_names names;
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const char* address = GENERATE("::1", "::ffff:127.0.0.1");
    INFO(address);
    names.say("site.test", {.aaaa = {address}});
    scripted_backend site(say("ok"));
    httpd_server front(quick_front_for(w, site.port()));
    CHECK(get(front, "/").status() == 502);
    CHECK(site.hits() == 0);
    CHECK(logs(front, "no IPv4 address"));
    CHECK(count(front.error_log(), "V6F0302") == 1);
    names.say("site.test", {.a = {"127.0.0.1"}, .aaaa = {"::1"}});
    const double seconds = seconds_to_first_200(front);
    figure("AAAA only, then A", std::to_string(seconds) + " s to the first 200");
    CHECK(seconds < 3 * slowness());
}

TEST_CASE("A site that moves is followed under load, and no request fails", "[names]")
{
    if (!private_network::possible("a site that moves"))
        return;
    const private_network network;
    scripted_names names;
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    names.say("site.test", {.a = {"127.0.0.2"}});
    auto old_site = std::make_unique<scripted_backend>(say("old"), 0, "127.0.0.2");
    scripted_backend new_site(say("new"), old_site->port(), "127.0.0.3");
    httpd_server front(quick_front_for(w, old_site->port()));
    steady_load load(front);
    CHECK(old_site->wait_for_hits(20));
    const auto moved = clock_type::now();
    names.say("site.test", {.a = {"127.0.0.3"}});
    CHECK(new_site.wait_for_hits(1));
    const double seconds = seconds_since(moved);
    // What was on its way there has ended before the old site goes.
    await("the end of the old address", [&, last = old_site->hits()]() mutable {
        const auto before = last;
        const auto answered = load.answered();
        eventually([&] { return load.answered() > answered + 20; });
        last = old_site->hits();
        return last == before;
    });
    old_site.reset();
    CHECK(new_site.wait_for_hits(new_site.hits() + 100));
    load.stop();
    figure("address changed under load, " + std::string(w.name),
           std::to_string(load.failed()) + " failed of " +
               std::to_string(load.answered() + load.failed()) + ", followed after " +
               std::to_string(seconds) + " s with refresh=1");
    CHECK(load.failed() == 0);
    CHECK(seconds < 3 * slowness());
    CHECK(logs(front, "V6F0304"));
}

TEST_CASE("httpd starts while the name server is down, and serves as soon as it is up", "[names]")
{
    if (!private_network::possible("name server down at the start"))
        return;
    const private_network network;
    const way w = GENERATE(from_range(short_list()));
    const bool silent = GENERATE(true, false); // or nobody listens there at all
    INFO(w << (silent ? ", silent" : ", refused"));
    scripted_backend site(say("ok"));
    std::unique_ptr<scripted_names> names;
    if (silent) {
        names = std::make_unique<scripted_names>();
        names->fall_silent();
    }
    httpd_options options = quick_front_for(w, site.port());
    options.site += "\nV6FrontTimeout connect=500ms";
    httpd_server front(options);
    const auto start = clock_type::now();
    CHECK(get(front, "/").status() == (silent ? 504 : 502));
    CHECK(seconds_since(start) < 2.5 * slowness());
    if (!names)
        names = std::make_unique<scripted_names>();
    names->say("site.test", {.a = {"127.0.0.1"}});
    names->fall_silent(false);
    const double seconds = seconds_to_first_200(front);
    figure(std::string("name server ") + (silent ? "silent" : "refusing") + " at the start",
           std::to_string(seconds) + " s to the first 200 after its return");
    CHECK(seconds < 4 * slowness());
}

TEST_CASE("A name server that fails while the site is in use is noticed in the log alone",
          "[names]")
{
    if (!private_network::possible("name server fails in use"))
        return;
    const private_network network;
    scripted_names names;
    // How the lookup fails is the same to every way of running.
    const bool silent = GENERATE(true, false); // or the name is said not to exist
    const way w = silent ? adopted() : short_list().back();
    INFO(w << (silent ? ", silent" : ", NXDOMAIN"));
    names.say("site.test", {.a = {"127.0.0.1"}});
    scripted_backend site(say("ok"));
    httpd_server front(quick_front_for(w, site.port()));
    CHECK(get(front, "/").status() == 200);
    {
        steady_load load(front, 2);
        if (silent)
            names.fall_silent();
        else
            names.forget("site.test");
        CHECK(logs(front, "V6F0301"));
        const auto asked = names.asked("site.test", record_type::a);
        CHECK(eventually([&] { return names.asked("site.test", record_type::a) > asked; }));
        const auto answered = load.answered();
        CHECK(eventually([&] { return load.answered() > answered + 100; }));
        load.stop();
        figure(std::string("name server ") + (silent ? "silent" : "says NXDOMAIN") + " in use",
               std::to_string(load.failed()) + " failed of " +
                   std::to_string(load.answered() + load.failed()));
        CHECK(load.failed() == 0);
    }
    names.fall_silent(false);
    names.say("site.test", {.a = {"127.0.0.1"}});
    CHECK(logs(front, "V6F0303"));
    CHECK(count(front.error_log(), "V6F0301") == 1);
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("An answer older than max-stale is not used, and the site is back with its name",
          "[names]")
{
    if (!private_network::possible("max-stale"))
        return;
    const private_network network;
    scripted_names names;
    names.say("site.test", {.a = {"127.0.0.1"}});
    scripted_backend site(say("ok"));
    httpd_options options = quick_front_for(adopted(), site.port());
    options.global = "V6FrontResolve refresh=500ms max-stale=1500ms\n";
    httpd_server front(options);
    CHECK(get(front, "/").status() == 200);
    names.forget("site.test");
    CHECK(eventually([&] { return get(front, "/").status() == 502; }));
    CHECK(logs(front, "V6F0306"));
    names.say("site.test", {.a = {"127.0.0.1"}});
    const double seconds = seconds_to_first_200(front);
    figure("NXDOMAIN, then back", std::to_string(seconds) + " s to the first 200");
    CHECK(seconds < 2 * slowness());
}

TEST_CASE("A name that hangs or is slow delays no other", "[names]")
{
    if (!private_network::possible("a name that hangs"))
        return;
    const private_network network;
    scripted_names names;
    names.say("site.test", {.a = {"127.0.0.1"}});
    names.say("slow.test", {.a = {"127.0.0.1"}, .delay = 700ms});
    names.say("hangs.test", {.silent = true});
    scripted_backend site(say("ok"));
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    httpd_options options = quick_front_for(w, site.port());
    const std::string port = std::to_string(site.port());
    options.site += "\nV6FrontPass /slow http://slow.test:" + port +
                    "/\nV6FrontPass /hangs http://hangs.test:" + port + "/";
    httpd_server front(options);
    raw_client waiting(front.port());
    waiting.send(request_text({"/hangs"}));
    const auto start = clock_type::now();
    for (int i = 0; i < 10; ++i)
        CHECK(get(front, "/").status() == 200);
    const double quick_ones = seconds_since(start);
    const bool is_waiting = !waiting.has_input();
    CHECK(get(front, "/slow").status() == 200); // waits for the first lookup, and no failure
    const double slow_one = seconds_since(start);
    // Both names are asked for at the start. If that takes long, nobody waits for them any more.
    if (slow_one - quick_ones > 0.1)
        CHECK(is_waiting);
    CHECK(waiting.read_response().status() == 504);
    figure("one name hangs, one is slow",
           std::to_string(quick_ones) + " s for ten requests of another, " +
               std::to_string(slow_one) + " s to the first of the slow one");
    CHECK(quick_ones < 1 * slowness());
}

TEST_CASE("V6FrontBackendV4 takes another name, and Host stays the site's own", "[names]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site(say("ok"));
    const std::string port = std::to_string(site.port());
    httpd_options options = options_for(
        w, "V6FrontPass / http://six.test:" + port + "/\nV6FrontBackendV4 six.test v4.site.test\n" +
               "V6FrontPass /all http://five.test:" + port + "/\nV6FrontBackendV4 * v4.site.test");
    options.hosts = "::1 six.test five.test\n127.0.0.1 v4.site.test\n";
    httpd_server front(options);
    CHECK(get(front, "/").status() == 200);
    CHECK(get(front, "/all").status() == 200);
    CHECK(site.request(0).message.value("Host") == "site.test");
    CHECK(front.complaints() == no_complaints);
}
