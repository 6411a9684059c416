// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/backends/connect.hpp"
#include "mod_v6front/net/exchange/moved_site.hpp"

#include "unit/resolver_bench.hpp"

using namespace v6front;
using namespace v6front::test;

namespace
{

task<std::string> look_again(name_cache& names, std::chrono::milliseconds limit)
{
    const auto name = numbered("site.example");
    co_await names.look_again(name, limit);
    const auto* known = names.known(name);
    co_return known ? text(*known) : "";
}

// Lookups by themselves come far apart, and those that requests ask for after a second, which
// passes when the test says so.
struct moving_site {
    std::string look(std::chrono::milliseconds limit)
    {
        return finish(b.context, look_again(b.cache, limit));
    }
    void pass(std::chrono::milliseconds time) { now = now.load() + time; }
    std::atomic<std::chrono::steady_clock::time_point> now{std::chrono::steady_clock::now()};
    bench b{{.refresh = 60s, .max_stale = 24h, .timeout = 5s}, [this] { return now.load(); }};
};

} // namespace

TEST_CASE("a name whose addresses do not answer is looked up at once, and once a second",
          "[resolver]")
{
    moving_site site;
    site.b.server->say(address("192.0.2.1"));
    CHECK(site.b.resolve("site.example") == "192.0.2.1 ");
    site.b.server->say(address("192.0.2.2"));
    CHECK(site.look(60s) == "192.0.2.1 "); // what is known is not a second old
    CHECK(site.b.server->asked() == 1);
    site.pass(999ms);
    CHECK(site.look(60s) == "192.0.2.1 ");
    CHECK(site.b.server->asked() == 1);
    site.pass(1ms);
    CHECK(site.look(60s) == "192.0.2.2 ");
    CHECK(site.look(60s) == "192.0.2.2 ");
    CHECK(site.b.server->asked() == 2);

    site.pass(1s);
    site.b.server->fall_silent();
    CHECK(site.look(100ms) == "192.0.2.2 ");
    CHECK(site.look(0ms) == "192.0.2.2 ");
    REQUIRE(site.b.asked(3));
    site.b.server->say(address("192.0.2.3")); // whoever waits for it is gone
    CHECK(site.b.becomes("192.0.2.3 "));
    CHECK(site.b.server->asked() == 3);
}

TEST_CASE("an address that becomes known while others are silent joins the connect", "[pool]")
{
    asio::io_context context;
    deadline_list deadlines(context);
    // Its queue is full: who connects is neither accepted nor refused.
    asio::ip::tcp::acceptor full(context, loopback());
    full.listen(0);
    tcp_socket first(context), second(context);
    first.connect(full.local_endpoint());
    second.async_connect(full.local_endpoint(), [](error_code) {});
    asio::ip::tcp::acceptor there(context, loopback());
    const std::vector<connection_identity> to{{full.local_endpoint()}};
    unsigned asked = 0;
    const later_candidates later = [&]() -> std::vector<connection_identity> {
        if (++asked != 2)
            return {};
        return {{there.local_endpoint()}};
    };
    const auto begin = std::chrono::steady_clock::now();
    const auto made = finish(context, connect_to_backend(context, deadlines, to, 5s, {}, later));
    REQUIRE(made.has_value());
    CHECK((*made)->peer() == there.local_endpoint());
    CHECK(asked == 2);
    CHECK(std::chrono::steady_clock::now() - begin >= 2 * connect_stagger);
}
