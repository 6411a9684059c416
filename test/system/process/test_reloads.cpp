// SPDX-License-Identifier: Apache-2.0
//
// Graceful restarts without a gap: httpd starts its new children up to a second after it has told
// the old ones to stop, and meanwhile the old engines accept.
#include "catch.hpp"
#include "fresh_load.hpp"
#include "reloading.hpp"
#include "scripted_backend.hpp"
#include "tls_handshake.hpp"

using namespace v6front;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace
{

void check(const fresh_load& load)
{
    INFO(load.first_failure());
    CHECK(load.failed() == 0);
    CHECK(load.slowest() < patience(too_slow) + load.held_up());
}

const std::string static_host = "\n</VirtualHost>\n<VirtualHost *:*>\nServerName static.test\n";

} // namespace

TEST_CASE("No new connection waits for a graceful restart", "[reloads]")
{
    struct row {
        std::string what;
        way w;
        std::string global;
        std::string other_host; // without routes, on the same listener
    };
    const row r =
        GENERATE(row{"plain", adopted_ways()[0], "", ""}, row{"TLS", adopted_ways()[1], "", ""},
                 row{"one of the old children has to make room", adopted_ways()[0],
                     "StartServers 2\nMaxRequestWorkers 20\nServerLimit 2\n", ""},
                 row{"one engine", adopted_ways()[0], "V6FrontThreads 1\n", ""},
                 row{"another host on this listener", adopted_ways()[0], "", "static.test"});
    INFO(r.what);
    using namespace script;
    scripted_backend site([](const received_request&) { return response("ok"); });
    scripted_backend slow(
        scripted_backend::steps{read_request(), gate("go"), send(response("slow")), again()});
    httpd_options options =
        roomy(r.w, "V6FrontPass /slow " + slow.url() + "\nV6FrontPass / " + site.url());
    options.global += r.global;
    if (!r.other_host.empty())
        options.site += static_host;
    httpd_server front(options);
    fresh_load load(front, {"site.test", r.other_host.empty() ? "site.test" : r.other_host});
    const auto old = front.children();
    std::vector<raw_client> busy; // so that no old child makes room by ending
    if (old.size() == 1) {
        busy.emplace_back(front.port(), client_for(front));
        busy.back().send(request_text({"/slow"}));
        CHECK(slow.wait_for_hits(1));
    }
    front.graceful();
    CHECK(eventually([&] { return have_come(front, old); }));
    slow.open("go");
    for (raw_client& b : busy)
        CHECK(b.read_response().value("Connection") == "close");
    CHECK(eventually([&] { return have_left(front, old); }));
    for (int i = 0; i < 3; ++i) {
        const auto before = front.children();
        front.graceful();
        CHECK(eventually([&] { return have_left(front, before); }));
        const auto answered = load.answered();
        CHECK(eventually([&] { return load.answered() > answered + 20; }));
    }
    load.stop();
    check(load);
}

TEST_CASE("A new generation that does not come up leaves no hole", "[reloads]")
{
    const std::string word = GENERATE("wait", "end");
    INFO(word);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = roomy(adopted_ways()[0], "V6FrontPass / " + site.url());
    hindrance children(options);
    httpd_server front(options);
    CHECK(get(front, "/").body == "ok"); // its child has begun
    const auto old = front.children();
    fresh_load load(front);
    children.begin(word);
    for (int i = 0; i < 2; ++i) {
        const auto met = children.met();
        front.graceful();
        CHECK(eventually([&] { return children.met() > met; }));
        const auto answered = load.answered();
        CHECK(eventually([&] { return load.answered() > answered + 200; }));
    }
    CHECK_FALSE(have_left(front, old));
    children.end();
    CHECK(eventually([&] { return have_left(front, old); }));
    load.stop();
    check(load);
}

TEST_CASE("Old processes leave when the new ones leave accepting to the MPM", "[reloads]")
{
    struct row {
        std::string what;
        std::string global;
        bool with_routes;
        bool with_module;
    };
    const row r = GENERATE(row{"no routes any more", "", false, true},
                           row{"V6FrontAccept Off", "V6FrontAccept Off\n", true, true},
                           row{"without this module", "", false, false});
    INFO(r.what);
    scripted_backend site([](const received_request&) { return response("ok"); });
    const std::string pass = "V6FrontPass / " + site.url();
    httpd_options options = roomy(adopted_ways()[0], pass);
    httpd_server front(options);
    const auto old = front.children();
    fresh_load load(front);
    if (!r.with_routes)
        options.site.clear();
    options.global += r.global;
    options.with_module = r.with_module;
    write_file(front.places().config, config_text(options, front.places(), front.port()));
    front.graceful();
    CHECK(eventually([&] { return have_left(front, old); }));
    load.stop();
    check(load);
}

TEST_CASE("A Listen comes and goes with its configuration", "[reloads]")
{
    const bool is_removed = GENERATE(true, false);
    CAPTURE(is_removed);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options usual = roomy(adopted_ways()[0], "V6FrontPass / " + site.url());
    hindrance children(usual);
    const auto port = free_port();
    const std::string second = "Listen [::1]:" + std::to_string(port) +
                               "\n<VirtualHost *:" + std::to_string(port) + ">\nV6FrontPass / " +
                               site.url() + "\n</VirtualHost>\n";
    httpd_options more = usual;
    more.global += second;
    httpd_server front(is_removed ? more : usual);
    CHECK(get(front, "/").body == "ok"); // its child has begun
    const auto old = front.children();
    fresh_load load(front);
    children.begin("wait");
    write_file(front.places().config,
               config_text(is_removed ? usual : more, front.places(), front.port()));
    front.graceful();
    if (is_removed) // whoever accepts at the other port meanwhile
        CHECK(eventually([&] { return !can_connect(port); }, patience(too_slow)));
    CHECK(eventually([&] { return have_come(front, old); }));
    CHECK_FALSE(have_left(front, old));
    children.end();
    CHECK(eventually([&] { return have_left(front, old); }));
    if (!is_removed) {
        raw_client client(port);
        client.send(request_text({"/"}));
        CHECK(client.read_response().body == "ok");
    }
    load.stop();
    check(load);
}

TEST_CASE("The only Listen that is left makes no old engine wait", "[reloads]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = roomy(adopted_ways()[0], "V6FrontPass / " + site.url());
    options.global +=
        "LoadModule slow_listening_module " + test_library("slow_listening.so") + "\n";
    options.environment.emplace_back("SLOW_LISTENING=300");
    httpd_options more = options;
    more.global += "Listen [::1]:" + std::to_string(free_port()) + "\n";
    httpd_server front(more);
    CHECK(get(front, "/").body == "ok"); // its child has begun
    fresh_load load(front);
    for (const auto& next : {options, more, options}) {
        const auto old = front.children();
        write_file(front.places().config, config_text(next, front.places(), front.port()));
        front.graceful();
        CHECK(eventually([&] { return have_left(front, old); }));
    }
    load.stop();
    check(load);
}

TEST_CASE("HTTP/2 without an alternative waits for the new generation", "[reloads]")
{
    const bool is_tls = GENERATE(true, false);
    CAPTURE(is_tls);
    way w = http2_way();
    w.tls = is_tls;
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = roomy(w, "V6FrontPass / " + site.url());
    hindrance children(options);
    httpd_server front(options);
    CHECK(get(front, "/").body == "ok"); // its child has begun
    const auto old = front.children();
    children.begin("wait");
    front.graceful();
    CHECK(eventually([&] { return children.met() > 0; }));
    raw_client client(front.port());
    const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s + "\0\0\0\4\0\0\0\0\0"s;
    tls_handshake tls({"h2"});
    client.send(is_tls ? tls.says() : preface);
    raw_client plain(front.port(), client_for(front));
    plain.send(request_text({"/"})); // by an old engine, while the other waits
    CHECK(plain.read_response().body == "ok");
    CHECK_FALSE(client.has_input());
    children.end();
    if (is_tls) {
        while (!tls.is_done()) {
            const std::string heard = client.read_some();
            REQUIRE_FALSE(heard.empty());
            tls.hears(heard);
            client.send(tls.says());
        }
        CHECK(tls.protocol() == "h2");
    } else {
        CHECK(client.read_some().substr(3, 1) == "\4"s); // SETTINGS
    }
    client.close();
    CHECK(eventually([&] { return have_left(front, old); }));
}

TEST_CASE("HTTP/2 without an alternative does not wait where no engines follow", "[reloads]")
{
    way w = http2_way();
    w.tls = false;
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = roomy(w, "V6FrontPass / " + site.url());
    hindrance children(options);
    httpd_server front(options);
    CHECK(get(front, "/").body == "ok"); // its child has begun
    children.begin("wait");
    options.global += "V6FrontAccept Off\n";
    write_file(front.places().config, config_text(options, front.places(), front.port()));
    front.graceful();
    CHECK(eventually([&] { return children.met() > 0; }));
    raw_client client(front.port());
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    raw_client plain(front.port());
    plain.send(request_text({"/"})); // after that one
    CHECK(plain.read_response().body == "ok");
    children.end();
    CHECK(client.closed_by_peer());
    CHECK(get(front, "/").body == "ok");
}
