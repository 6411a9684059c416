// SPDX-License-Identifier: Apache-2.0
//
// Children whose engines accept: begun, stopped, replaced, and short of descriptors.
#include "accepting.hpp"
#include "catch.hpp"
#include "descriptor_limit.hpp"
#include "reloading.hpp"
#include "scripted_backend.hpp"
#include "steady_load.hpp"
#include "tls_handshake.hpp"

#include <csignal>
#include <future>

using namespace v6front;
using namespace std::chrono_literals;

TEST_CASE("A connection that waits for a child to begin is served by it", "[accepting]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    for (int i = 0; i < 3; ++i) {
        const auto children = front.children();
        REQUIRE(children.size() == 1);
        kill(children[0], SIGKILL);
        await("the child's end", [&] { return front.children() != children; });
        // Before there is a child, or while it begins: the parent keeps the socket.
        CHECK(get(front, "/").body == "ok");
        await("one child", [&] { return front.children().size() == 1; });
    }
}

TEST_CASE("No engine accepts before all modules have begun in its child", "[accepting]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(adopted_ways()[0], "V6FrontPass / " + site.url());
    options.port = free_port();
    hindrance children(options);
    children.begin("last"); // behind this module, whose engines run by then
    const auto make = [&] { return std::make_unique<httpd_server>(options); };
    auto front = std::async(std::launch::async, make);
    await("the last of the modules", [&] { return children.met() > 0; });
    raw_client client(options.port);
    client.send(request_text({"/"}));
    CHECK_FALSE(eventually([&] { return client.has_input(); }, 100ms)); // it takes about 1 ms
    children.end();
    CHECK(client.read_response().body == "ok");
    CHECK(front.get()->complaints() == no_complaints);
}

TEST_CASE("What the MPM was to fetch when the child stops is served nevertheless", "[accepting]")
{
    using namespace script;
    scripted_backend site([](const received_request&) { return response("ok"); });
    scripted_backend slow(
        scripted_backend::steps{read_request(), gate("go"), send(response("slow")), again()});
    httpd_options options = options_for(http2_way(), "V6FrontPass / " + site.url());
    options.threads = 2;
    const auto port = free_port();
    options.global = "Listen [::1]:" + std::to_string(port) +
                     "\n<VirtualHost *:" + std::to_string(port) +
                     ">\nServerName slow.test\nV6FrontEngine Off\n" + "V6FrontPass / " +
                     slow.url() + "\n</VirtualHost>\n";
    httpd_server front(options);
    std::vector<raw_client> holders;
    for (unsigned i = 0; i < options.threads; ++i) {
        holders.emplace_back(port);
        holders.back().send(request_text({"/", "GET", {}, {}, false, "slow.test"}));
    }
    REQUIRE(slow.wait_for_hits(options.threads));
    raw_client client(front.port());
    tls_handshake tls({"h2", "http/1.1"});
    client.send(tls.says());
    await("a connection for the MPM",
          [&] { return front.error_log().find("V6F0182") != std::string::npos; });
    front.graceful_stop();
    while (!tls.is_done()) { // no worker is free: an engine does it
        const std::string heard = client.read_some();
        REQUIRE_FALSE(heard.empty());
        tls.hears(heard);
        client.send(tls.says());
    }
    CHECK(tls.protocol() == "http/1.1");
    tls.write(request_text({"/"}));
    client.send(tls.says());
    std::string answer;
    while (answer.find("ok") == std::string::npos) {
        const std::string heard = client.read_some();
        REQUIRE_FALSE(heard.empty());
        tls.hears(heard);
        answer += tls.read();
    }
    CHECK_THAT(answer, Catch::Matchers::StartsWith("HTTP/1.1 200"));
    slow.open("go");
    for (raw_client& holder : holders)
        CHECK(holder.read_response().body == "slow");
    client.close();
    CHECK(front.wait_for_end());
}

TEST_CASE("The port is free while an old child still works", "[accepting]")
{
    const auto who = GENERATE(accepting::engines, accepting::mpm);
    INFO(who);
    using namespace script;
    scripted_backend site(scripted_backend::steps{read_request(), gate("answer"),
                                                  send(response("in the end")), read_end()});
    httpd_options options =
        accepted_by(who, options_for(short_list()[0], "V6FrontPass / " + site.url()));
    options.children = 2; // each has the listener
    httpd_server front(options);
    raw_client client(front.port(), client_for(front));
    client.send(request_text({"/"}));
    CHECK(site.wait_for_hits(1));
    front.graceful_stop();
    scripted_backend next([](const received_request&) { return response("next"); });
    httpd_options heir = options_for(short_list()[0], "V6FrontPass / " + next.url());
    heir.port = front.port();
    CHECK(eventually([&] { return !can_connect(front.port()); }));
    CHECK_FALSE(front.has_ended());
    {
        httpd_server successor(heir);
        for (int i = 0; i < 10; ++i)
            CHECK(get(successor, "/").body == "next");
    }
    site.open("answer");
    CHECK(client.read_response().body == "in the end");
    CHECK(front.wait_for_end());
}

TEST_CASE("Seven graceful restarts under load lose no request", "[accepting]")
{
    const auto who = GENERATE(accepting::engines, accepting::mpm);
    INFO(who);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options =
        accepted_by(who, options_for(short_list()[0], "V6FrontPass / " + site.url()));
    options.children = 2;
    httpd_server front(options);
    steady_load load(front, 8);
    for (int i = 0; i < 7; ++i) {
        const auto before = load.answered();
        front.graceful();
        CHECK(eventually([&] { return load.answered() > before + 20; }));
    }
    load.stop();
    CHECK(load.failed() == 0);
}

TEST_CASE("Stop and restart wait for nobody whom an engine has accepted", "[accepting]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site(scripted_backend::steps{script::read_request(), script::read_end()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client silent(front.port());
    silent.send(w.tls ? "\x16\x03" : "GE"); // the kernel keeps who says nothing
    raw_client busy(front.port(), client_for(front));
    busy.send(request_text({"/"}));
    CHECK(site.wait_for_hits(1));
    const auto began = std::chrono::steady_clock::now();
    front.restart();
    CHECK(busy.closed_by_peer());
    CHECK(silent.closed_by_peer());
    CHECK(std::chrono::steady_clock::now() - began < patience(5s));
}

// Not for a module built with sanitizers, as in test_exhaustion.cpp.
TEST_CASE("More clients than descriptors are served one after the other", "[descriptors]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    CHECK(get(front, "/").status() == 200);
    const auto children = front.children();
    REQUIRE(children.size() == 1);
    limit_descriptors(children[0], 90);
    std::vector<std::unique_ptr<raw_client>> clients;
    for (int i = 0; i < 150; ++i) {
        client_options from = client_for(front);
        from.tls = false; // the handshake of one that is not accepted yet would be waited for
        clients.push_back(std::make_unique<raw_client>(front.port(), from));
        if (!w.tls)
            clients.back()->send(request_text({"/"}));
    }
    if (!w.tls)
        for (const auto& client : clients)
            CHECK(client->read_response().status() == 200);
    clients.clear();
    for (int i = 0; i < 20; ++i)
        CHECK(get(front, "/").status() == 200);
    CHECK(front.children() == children);
    CHECK(front.error_log().find("apr_socket_accept") == std::string::npos);
}
