// SPDX-License-Identifier: Apache-2.0
//
// Restarts and stops of the server while it works.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

using namespace v6front;

TEST_CASE("A graceful restart lets requests in flight finish")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    using namespace script;
    scripted_backend site(scripted_backend::steps{read_request(), gate("answer"),
                                                  send(response("in the end")), again()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    std::vector<raw_client> clients;
    for (int i = 0; i < 5; ++i) {
        clients.emplace_back(front.port(), client_for(front));
        clients.back().send(request_text({"/"}));
    }
    CHECK(site.wait_for_hits(5));
    const auto before = front.children();
    front.graceful();
    site.open("answer");
    for (raw_client& client : clients) {
        const http_message answer = client.read_response();
        CHECK(answer.status() == 200);
        CHECK(answer.body == "in the end");
    }
    clients.clear(); // an answer from before its child knew of the restart keeps the connection
    CHECK(get(front, "/").status() == 200); // of the new generation
    CHECK(eventually([&] {                  // the old one has left
        for (const pid_t child : front.children()) {
            for (const pid_t old : before) {
                if (child == old)
                    return false;
            }
        }
        return true;
    }));
}

TEST_CASE("Graceful restarts under load lose no request that was begun on a new connection")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    httpd_server front(options);
    std::atomic<bool> done{false};
    std::atomic<int> good{0}, bad{0};
    std::vector<std::thread> load;
    for (int i = 0; i < 4; ++i) {
        load.emplace_back([&] {
            while (!done) {
                try {
                    const http_message answer = ask(front, {"/", "GET", {{"Connection", "close"}}});
                    ++(answer.status() == 200 && answer.body == "ok" ? good : bad);
                } catch (const std::exception&) {
                    ++bad;
                }
            }
        });
    }
    for (int i = 0; i < 3; ++i) {
        const int before = good;
        front.graceful();
        CHECK(eventually([&] { return good > before + 20; }));
    }
    done = true;
    for (std::thread& t : load)
        t.join();
    CHECK(bad == 0);
}

TEST_CASE("Idle connections do not hold up a graceful restart")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client idle(front.port(), client_for(front));
    idle.send(request_text({"/"}));
    CHECK(idle.read_response().status() == 200);
    raw_client silent(front.port(), client_for(front));
    front.graceful();
    // Well before KeepAliveTimeout, which is 10 s.
    CHECK(idle.closed_by_peer(patience(std::chrono::milliseconds{4000})));
}

TEST_CASE("A graceful stop waits for requests in flight, and for nothing else")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    using namespace script;
    scripted_backend site(scripted_backend::steps{read_request(), gate("answer"),
                                                  send(response("in the end")), read_end()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    client.send(request_text({"/"}));
    CHECK(site.wait_for_hits(1));
    front.graceful_stop();
    CHECK(eventually([&] { return !can_connect(front.port()); }));
    CHECK_FALSE(front.has_ended());
    site.open("answer");
    CHECK(client.read_response().body == "in the end");
    CHECK(front.wait_for_end());
    CHECK(site.wait_for_open_connections(0));
}

TEST_CASE("Stop and restart cut requests in flight without a crash")
{
    // A thread that an exchange has borrowed holds httpd up until it is killed, as with any
    // handler.
    const way w =
        GENERATE(filter([](const way& x) { return x.adopted() || x.model == mpm::prefork; },
                        from_range(every_way())));
    INFO(w);
    scripted_backend good([](const received_request&) { return response("ok"); });
    scripted_backend site(scripted_backend::steps{script::read_request(), script::read_end()});
    httpd_server front(
        options_for(w, "V6FrontPass / " + site.url() + "\nV6FrontPass /good " + good.url()));
    std::vector<raw_client> clients;
    for (int i = 0; i < 5; ++i) {
        clients.emplace_back(front.port(), client_for(front));
        clients.back().send(request_text({"/"}));
    }
    CHECK(site.wait_for_hits(5));
    front.restart();
    for (raw_client& client : clients)
        CHECK(client.closed_by_peer());
    CHECK(get(front, "/good").body == "ok");
    CHECK(site.wait_for_open_connections(0));
    raw_client last(front.port(), client_for(front));
    last.send(request_text({"/"}));
    CHECK(site.wait_for_hits(6));
    front.stop(); // judges the logs as well
    CHECK(site.wait_for_open_connections(0));
}

// Those that a thread itself brings about: httpd's handler says so in the log, and leaves a core.
TEST_CASE("A crash is httpd's to report, on whichever thread it happens")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("hello"); });
    const httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    CHECK(get(front, "/").status() == 200);
    // Names of threads that block one of them.
    const auto deaf = [&front](std::size_t& threads) {
        std::string found;
        threads = 0;
        for (const pid_t child : front.children())
            for (const auto& task :
                 std::filesystem::directory_iterator("/proc/" + std::to_string(child) + "/task")) {
                const auto status = read_file(task.path().string() + "/status");
                const auto at = status.find("SigBlk:");
                if (at == std::string::npos) // it has ended
                    continue;
                const auto blocked = std::stoull(status.substr(at + 7), nullptr, 16);
                for (const int own : {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS})
                    if (blocked >> (own - 1) & 1)
                        found += status.substr(0, status.find('\n')) + "\n";
                ++threads;
            }
        return found;
    };
    std::size_t threads = 0;
    // The C library blocks all signals while a thread begins.
    std::string found;
    eventually([&] {
        found = deaf(threads);
        return found.empty() && threads > 4;
    });
    CHECK(found == "");
    CHECK(threads > 4);
}

TEST_CASE("Restarts leak no descriptors, and a child that reached its limit is replaced")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    options.global = "MaxConnectionsPerChild 20";
    httpd_server front(options);
    for (int i = 0; i < 45; ++i)
        CHECK(get(front, "/").status() == 200);
    const unsigned before = descriptors_of(front.parent());
    for (int i = 0; i < 3; ++i) {
        front.graceful();
        CHECK(get(front, "/").status() == 200);
    }
    CHECK(descriptors_of(front.parent()) <= before + 2);
}
