// SPDX-License-Identifier: Apache-2.0
//
// Threads for requests of other modules: as many as are needed at once, and in the end as many as
// httpd's own workers.
#include "catch.hpp"
#include "deadline.hpp"
#include "leaping_clock.hpp"
#include "scripted_backend.hpp"
#include "two_hosts.hpp"

#include <vector>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

constexpr unsigned workers = 2;
constexpr unsigned at_most = 4 * workers; // of all children that the server may have

struct held_site {
    scripted_backend site{{script::read_request(), script::gate("go"), script::send(response("ok")),
                           script::again()}};
    std::string pass(const std::string& path) const
    {
        return "ProxyPass " + path + " " + site.url() + " max=20\n";
    }
};

void ask_all_at_once(const httpd_server& front, held_site& held, const std::string& path)
{
    std::vector<raw_client> clients;
    for (unsigned i = 0; i < at_most; ++i) {
        clients.emplace_back(front.port(), client_for(front));
        clients.back().send(request_text({.target = path, .host = "other.test"}));
    }
    REQUIRE(held.site.wait_for_hits(at_most));
    CHECK(front.children().size() == 1); // all of them
    held.site.open("go");
    for (raw_client& client : clients)
        CHECK(client.read_response().body == "ok");
}

} // namespace

TEST_CASE("Threads for other modules' requests end when they have been idle for half a minute",
          "[idle_threads]")
{
    const server_way w = GENERATE(from_range(server_ways()));
    if (!w.with_module)
        return;
    INFO(w);
    scripted_backend routed([](const received_request&) { return response("routed"); });
    held_site first, second;
    httpd_options options =
        two_hosts(w, routed.url(), first.pass("/first") + second.pass("/second"));
    options.modules = {"proxy", "proxy_http"};
    options.threads = workers;
    options.children = at_most / workers;
    // One child has them all, as its own workers are idle meanwhile.
    options.global = "StartServers 1\nV6FrontThreads 1\n";
    leaping_clock clock(options);
    httpd_server front(options);
    CHECK(get(front, "/").body == "routed");
    const unsigned before = front.threads();
    ask_all_at_once(front, first, "/first");
    CHECK(front.threads() == before + at_most);
    clock.leap(25s);
    CHECK(get(front, "/").body == "routed");
    CHECK(front.threads() == before + at_most);
    // More than once, as a thread may have become idle only after the first.
    eventually([&] {
        clock.leap(10s);
        return front.threads() == before + workers;
    });
    CHECK(front.threads() == before + workers);
    // Those that are kept serve, and others come back.
    ask_all_at_once(front, second, "/second");
    CHECK(front.threads() == before + at_most);
}
