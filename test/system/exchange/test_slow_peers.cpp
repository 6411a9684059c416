// SPDX-License-Identifier: Apache-2.0
//
// A peer that is slow costs no thread and delays nobody. The server has two threads and the tests
// hundreds of slow peers: where each of them held a thread, nobody else would be served.
#include "accepting.hpp"
#include "catch.hpp"
#include "deadline.hpp"
#include "process.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"
#include "watching.hpp"
#include "ways.hpp"

#include <fstream>

using namespace v6front;

namespace
{

httpd_options two_threads(const way& w, const std::string& site)
{
    httpd_options options = options_for(w, site);
    options.threads = 2;
    return options;
}

// Ten requests, each well within the time that a slow peer takes.
void check_served_quickly(const httpd_server& front, const std::string& target)
{
    for (int i = 0; i < 10; ++i) {
        const auto began = std::chrono::steady_clock::now();
        CHECK(get(front, target).status() == 200);
        CHECK(std::chrono::steady_clock::now() - began < patience(std::chrono::seconds{3}));
    }
}

} // namespace

TEST_CASE("A hundred clients that have sent half a head")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(two_threads(w, "V6FrontPass / " + site.url()));
    std::vector<raw_client> slow;
    for (int i = 0; i < 100; ++i) {
        slow.emplace_back(front.port(), client_for(front));
        slow.back().send("GET /slow HTTP/1.1\r\nHost: si");
    }
    check_served_quickly(front, "/");
    for (raw_client& client : slow)
        client.send("te.test\r\n\r\n");
    for (raw_client& client : slow)
        CHECK(client.read_response().status() == 200);
}

// Without the module's own look at it, nobody would be accepted until a slow client is given up.
TEST_CASE("A listener that ceases to accept just as the workers become idle begins again")
{
    // Engines give clients of HTTP/2 back to it.
    const auto who = GENERATE(accepting::engines, accepting::mpm);
    INFO(who);
    way w = who == accepting::mpm ? short_list()[0] : http2_way();
    w.tls = false;
    const std::string begin =
        w.http2 ? "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" : "GET /slow HTTP/1.1\r\nHost: si";
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = two_threads(w, "V6FrontPass / " + site.url());
    options.preload = test_library("late_listener.so");
    options.global = "LogLevel mpm_event:debug\n";
    options = accepted_by(who, options);
    const scratch_folder folder;
    const std::string from_now_on = folder.path() + "/now";
    options.environment = {"LATE_LISTENER=" + from_now_on};
    httpd_server front(options);
    user_agent first(front);
    CHECK(ask_with(first) == 200);
    std::ofstream(from_now_on) << "late";
    std::vector<raw_client> slow;
    await("a listener that ceases to accept", [&] {
        for (int i = 0; i < 10; ++i) {
            slow.emplace_back(front.port(), client_for(front));
            slow.back().send(begin);
        }
        return front.error_log().find("not accepting new conns") != std::string::npos;
    });
    CHECK(get(front, "/").status() == 200);
}

TEST_CASE("A hundred clients that have sent half a body")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site([](const received_request& r) { return response(r.message.body); });
    httpd_server front(two_threads(w, "V6FrontPass / " + site.url()));
    std::vector<raw_client> slow;
    for (int i = 0; i < 100; ++i) {
        slow.emplace_back(front.port(), client_for(front));
        slow.back().send("POST / HTTP/1.1\r\nHost: site.test\r\nContent-Length: 10\r\n\r\nhello");
    }
    check_served_quickly(front, "/");
    for (raw_client& client : slow) {
        client.send("again");
        CHECK(client.read_response().body == "helloagain");
    }
}

TEST_CASE("A hundred idle keep-alive connections")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(two_threads(w, "V6FrontPass / " + site.url()));
    std::vector<raw_client> idle;
    for (int i = 0; i < 100; ++i) {
        idle.emplace_back(front.port(), client_for(front));
        idle.back().send(request_text({"/"}));
        CHECK(idle.back().read_response().status() == 200);
    }
    check_served_quickly(front, "/");
    CHECK(front.threads() < 30);     // all that it ever starts, with two workers
    CHECK(site.connections() <= 20); // pooled, not one for each client
}

TEST_CASE("A hundred slow responses of the site")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    using namespace script;
    scripted_backend quick([](const received_request&) { return response("ok"); });
    scripted_backend slow(scripted_backend::steps{read_request(), gate("answer"),
                                                  send(response("at last")), again()});
    httpd_server front(
        two_threads(w, "V6FrontPass / " + slow.url() + "\nV6FrontPass /quick " + quick.url()));
    std::vector<raw_client> waiting;
    for (int i = 0; i < 100; ++i) {
        waiting.emplace_back(front.port(), client_for(front));
        waiting.back().send(request_text({"/"}));
    }
    CHECK(slow.wait_for_hits(100)); // all at once at the site, from a server with two threads
    check_served_quickly(front, "/quick");
    slow.open("answer");
    for (raw_client& client : waiting)
        CHECK(client.read_response().body == "at last");
}

TEST_CASE("Twenty clients that do not read a large response")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    const std::string body = pattern(8000000);
    scripted_backend site([&](const received_request& r) {
        return response(r.message.target() == "/large" ? body : "ok");
    });
    httpd_server front(two_threads(w, "V6FrontPass / " + site.url()));
    std::vector<raw_client> slow;
    for (int i = 0; i < 20; ++i) {
        client_options options = client_for(front);
        options.receive_buffer = 4096;
        slow.emplace_back(front.port(), options);
        slow.back().send(request_text({"/large"}));
        CHECK(slow.back().read_some(100).starts_with("HTTP/1.1 200"));
    }
    check_served_quickly(front, "/");
    // Bounded memory: what the site sends waits there, not in the front.
    CHECK(front.resident_kilobytes() < 150000u * static_cast<unsigned>(slowness()));
    slow.erase(slow.begin(), slow.end() - 2);
    // The last is patient, and gets all of it.
    std::size_t got = 100;
    while (got < body.size()) {
        const std::string more = slow.back().read_some();
        REQUIRE(!more.empty());
        got += more.size();
    }
}

TEST_CASE("A client that never ends its head is cut off by the front's own deadline")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = two_threads(every_way()[0], "V6FrontPass / " + site.url());
    httpd_server front(options);
    raw_client client(front.port(), client_for(front));
    client.send("GET / HTTP/1.1\r\nHost: si");
    CHECK(client.closed_by_peer(patience(std::chrono::seconds{30})));
    CHECK(site.hits() == 0);
}
