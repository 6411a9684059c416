// SPDX-License-Identifier: Apache-2.0
//
// When children of an old generation accept no more, and what a child is before it accepts.
#include "catch.hpp"
#include "leaping_clock.hpp"
#include "reloading.hpp"
#include "raw_client.hpp"
#include "scripted_backend.hpp"

#include <csignal>
#include <filesystem>

#include <sys/resource.h>

using namespace v6front;
using namespace std::chrono_literals;

TEST_CASE("Nobody accepts after a graceful stop", "[reloads]")
{
    const bool is_reloading = GENERATE(false, true);
    CAPTURE(is_reloading);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = roomy(adopted_ways()[0], "V6FrontPass / " + site.url());
    hindrance children(options);
    httpd_server front(options);
    CHECK(get(front, "/").body == "ok"); // its child has begun
    if (is_reloading) {
        children.begin("wait");
        front.graceful();
        CHECK(get(front, "/").body == "ok");
        children.end();
    }
    front.graceful_stop();
    CHECK(eventually([&] { return !can_connect(front.port()); }, patience(2s)));
    CHECK(front.wait_for_end());
}

TEST_CASE("An old generation without a parent stops accepting", "[reloads]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(roomy(adopted_ways()[0], "V6FrontPass / " + site.url()));
    CHECK(get(front, "/").body == "ok");
    write_file(front.places().config, "This is no directive\n");
    kill(front.parent(), SIGUSR1); // which ends it; its children are told to stop
    CHECK(front.wait_for_end());
    CHECK(eventually([&] { return !can_connect(front.port()); }, patience(2s)));
}

TEST_CASE("A stop does not wait for processes of an old generation", "[reloads]")
{
    const bool is_accepting = GENERATE(true, false);
    CAPTURE(is_accepting);
    scripted_backend site(scripted_backend::steps{script::read_request(), script::read_end()});
    httpd_options options = roomy(adopted_ways()[0], "V6FrontPass / " + site.url());
    hindrance children(options);
    httpd_server front(options);
    raw_client busy(front.port());
    busy.send(request_text({"/"}));
    CHECK(site.wait_for_hits(1));
    const auto old = front.children();
    if (is_accepting)
        children.begin("wait");
    front.graceful();
    CHECK(eventually([&] { return have_come(front, old); }));
    children.end();
    const auto began = std::chrono::steady_clock::now();
    front.stop(); // judges the log as well: nobody had to be killed
    CHECK(std::chrono::steady_clock::now() - began < patience(4s));
    CHECK(busy.closed_by_peer());
}

TEST_CASE("Who connects while an old process ends does it no harm", "[reloads]")
{
    const scratch_folder folder;
    std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
    const std::string begun = folder.path() + "/begun";
    write_file(folder.path() + "/slow.lua", "function handle(r)\n io.open(\"" + begun +
                                                "\", \"w\"):close()\n r:sleep(1.5)\nend\n");
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options =
        roomy(adopted_ways()[0], "V6FrontPass /slow !\nV6FrontPass / " + site.url() +
                                     "\nLuaMapHandler /slow " + folder.path() + "/slow.lua");
    options.modules = {"lua"};
    hindrance children(options);
    httpd_server front(options);
    raw_client slow(front.port());
    slow.send(request_text({"/slow"}));
    CHECK(eventually([&] { return std::filesystem::exists(begun); }));
    children.begin("wait");
    front.graceful();
    CHECK(get(front, "/").body == "ok"); // by the old process
    children.end();
    kill(front.parent(), SIGTERM); // the old process waits for its slow handler
    const auto until = std::chrono::steady_clock::now() + 1200ms;
    while (can_connect(front.port()) && std::chrono::steady_clock::now() < until) {
        try {
            raw_client client(front.port());
            client.send(request_text({"/"}));
        } catch (const std::exception&) { // it listens no more
        }
    }
    CHECK(front.wait_for_end()); // and its log tells of no crash
}

TEST_CASE("Old processes do not wait for new ones for ever", "[reloads]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = roomy(adopted_ways()[0], "V6FrontPass / " + site.url());
    hindrance children(options);
    leaping_clock clock(options);
    httpd_server front(options);
    CHECK(get(front, "/").body == "ok"); // its child has begun
    const auto old = front.children();
    children.begin("wait");
    front.graceful();
    CHECK(eventually([&] { return children.met() > 0; }));
    CHECK(get(front, "/").body == "ok");
    CHECK_FALSE(have_left(front, old));
    clock.leap(61s);
    CHECK(eventually([&] { return have_left(front, old); }));
    CHECK(front.error_log().find("V6F0188") != std::string::npos);
    raw_client client(front.port()); // which waits
    client.send(request_text({"/"}));
    children.end();
    CHECK(client.read_response().body == "ok");
}

// Growing a table that threads share takes Linux up to half a second on a busy machine.
TEST_CASE("A child has a place for every descriptor before it has threads", "[reloads]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_for(adopted_ways()[0], "V6FrontPass / " + site.url()));
    CHECK(get(front, "/").body == "ok");
    std::ifstream status("/proc/" + std::to_string(front.children().at(0)) + "/status");
    std::string word;
    std::size_t places = 0;
    while (status >> word && word != "FDSize:") {
    }
    status >> places;
    rlimit limit{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0); // which the server has from us
    CHECK(places >= std::min<std::size_t>(limit.rlim_cur, 8192));
}
