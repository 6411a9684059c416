// SPDX-License-Identifier: Apache-2.0
//
// Idle connections that belong to one client: what becomes of one that only has its client's name,
// which is what becomes of one in an engine's pool, and of one with a login.
#include "mod_v6front/net/backends/client_pool.hpp"
#include "mod_v6front/net/backends/pool.hpp"

#include "unit/two_ends.hpp"

#include <functional>

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

constexpr auto no_limit = client_pool::no_limit;
const endpoint address = loopback(80);

connection_identity named(const std::string& client, const endpoint& at = address)
{
    return {at, nullptr, {{}, "PROXY TCP4 192.0.2." + client + " 198.51.100.1 1 80\r\n"}};
}

detached_socket socket_of(const two_ends& c, connection_past past = {})
{
    detached_socket made(c.own());
    made.past = past;
    return made;
}

// One connection of each kind, in what keeps it. A client is known by an address of its own.
struct client_pool_bench {
    explicit client_pool_bench(const pool_limits& limits)
        : clients(&usage, limits), engine(limits, how, &usage)
    {
    }
    ~client_pool_bench() { engine.close_all(); }

    void put(const connection_past& past, std::uint32_t most)
    {
        clients.put_named(this, named("1"), socket_of(one, past), most);
        clients.put_login(this, {address}, socket_of(login, past));
        pooled.near->continue_from(past);
        engine.put(pooled.near, most);
        pooled.near.reset();
    }
    void look()
    {
        clients.look_over();
        engine.look_over();
    }
    bool has_pooled() const { return engine.idle() > 0; }

    static constexpr auto how = pool::idle_are::left_alone;
    asio::io_context context;
    deadline_list deadlines{context};
    site_usage usage;
    client_pool clients;
    pool engine;
    two_ends one, login;
    wire pooled{context, deadlines, loopback(81)};
};

struct idle_case {
    const char* what;
    bool pooled, named, login; // is kept
    pool_limits limits{};
    connection_past past{};
    std::uint32_t most = no_limit;
    std::function<void(client_pool_bench&)> happens{};
};

const connection_past old{std::chrono::steady_clock::now() - 11min, {}, {}};
const connection_past promise{std::chrono::steady_clock::now(), 1ms, {}};

} // namespace

TEST_CASE("an idle connection with its client's name fares as one of a pool", "[client_pool]")
{
    const idle_case cases[]{
        {"nothing", true, true, true},
        {"its site ends it",
         false,
         false,
         false,
         {},
         {},
         no_limit,
         [](client_pool_bench& b) {
             b.one.leave();
             b.login.leave();
             ::shutdown(b.pooled.far.native_handle(), SHUT_WR);
         }},
        {"its site says something",
         false,
         false,
         false,
         {},
         {},
         no_limit,
         [](client_pool_bench& b) {
             b.one.say("HTTP/1.1 408 Late\r\n");
             b.login.say("HTTP/1.1 408 Late\r\n");
             b.pooled.send("HTTP/1.1 408 Late\r\n");
         }},
        {"it has been idle for long", false, false, true, {.idle_time = 0ms}},
        {"it is old", false, false, true, {}, old},
        {"its site has promised to keep it for less", false, false, true, {}, promise},
        {"its route keeps none", false, false, true, {}, {}, 0},
        {"somebody needs the room",
         false,
         false,
         true,
         {},
         {},
         no_limit,
         [](client_pool_bench& b) {
             for (const auto& at : {address, loopback(81)})
                 CHECK(b.usage.ask(b.usage.find(at)));
         }},
        {"descriptors run out",
         false,
         false,
         true,
         {},
         {},
         no_limit,
         [](client_pool_bench& b) {
             b.clients.close_named();
             b.engine.close_all();
         }},
        {"its client goes",
         true,
         false,
         false,
         {},
         {},
         no_limit,
         [](client_pool_bench& b) { b.clients.end_client(&b); }},
        {"another client goes",
         true,
         true,
         true,
         {},
         {},
         no_limit,
         [](client_pool_bench& b) { b.clients.end_client(&b.one); }},
        {"the process ends",
         false,
         false,
         false,
         {},
         {},
         no_limit,
         [](client_pool_bench& b) {
             b.clients.end();
             b.engine.close_all();
         }},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        const descriptors_kept kept;
        client_pool_bench b(c.limits);
        b.put(c.past, c.most);
        if (c.happens)
            c.happens(b);
        b.look();
        CHECK(b.has_pooled() == c.pooled);
        CHECK(b.one.is_closed() != c.named);
        CHECK(b.login.is_closed() != c.login);
        const auto told = b.clients.snapshot();
        CHECK(told.named == (c.named ? 1 : 0));
        CHECK(told.logins == (c.login ? 1 : 0));
        CHECK(b.usage.idle(b.usage.find(address)) == told.named); // logins are not counted there
        CHECK(b.clients.take_named(&b, named("1"), false).has_value() == c.named);
        CHECK(b.clients.take_login(&b, {address}).has_value() == c.login);
        CHECK(b.usage.idle(b.usage.find(address)) == 0);
    }
}

TEST_CASE("a connection is its client's, and of its address and terms", "[client_pool]")
{
    const descriptors_kept kept;
    client_pool clients;
    const int alice = 0, bob = 0;
    const two_ends first, second, elsewhere;
    clients.put_named(&alice, named("1"), socket_of(first), no_limit);
    clients.put_named(&alice, named("1"), socket_of(second), no_limit);
    clients.put_named(&alice, named("1", loopback(81)), socket_of(elsewhere), no_limit);
    CHECK_FALSE(clients.take_named(&bob, named("1"), false));
    CHECK_FALSE(clients.take_named(&alice, named("2"), false));
    CHECK_FALSE(clients.take_named(&alice, {address}, false));
    CHECK_FALSE(clients.take_login(&alice, named("1")));
    CHECK_FALSE(clients.has_login(&alice, named("1")));
    // The one used last, unless its site has ended it.
    auto got = clients.take_named(&alice, named("1"), false);
    REQUIRE(got);
    CHECK(got->descriptor() == second.own());
    second.leave();
    clients.put_named(&alice, named("1"), std::move(*got), no_limit);
    got = clients.take_named(&alice, named("1"), false);
    REQUIRE(got);
    CHECK(got->descriptor() == first.own());
    CHECK(second.is_closed());
    CHECK(clients.take_named(&alice, named("1", loopback(81)), false)->descriptor() ==
          elsewhere.own());
}

TEST_CASE("what must not be lost is judged by the address that the connection leads to",
          "[client_pool]")
{
    struct row {
        const char* what;
        std::chrono::milliseconds closed_here, closed_elsewhere, promised;
        bool is_taken;
    };
    const row rows[]{
        {"nothing is known", 0ms, 0ms, 0ms, true},
        {"it keeps them", 10s, 0ms, 0ms, true},
        {"it closes them at once", 1ms, 0ms, 0ms, false},
        {"another address closes them at once", 0ms, 1ms, 0ms, true},
        {"another address keeps them", 1ms, 10s, 0ms, false},
        {"it has promised", 0ms, 0ms, 5s, true},
        {"it has promised, and does not keep its word", 1ms, 0ms, 5s, false},
    };
    for (const auto& r : rows) {
        CAPTURE(r.what);
        const descriptors_kept kept;
        site_usage usage;
        client_pool clients(&usage);
        const two_ends c;
        const int client = 0;
        for (const auto& [at, after] :
             {std::pair(address, r.closed_here), {loopback(81), r.closed_elsewhere}})
            if (after > 0ms)
                usage.note_closed(usage.find(at), after);
        connection_past past;
        past.promised = r.promised;
        clients.put_named(&client, named("1"), socket_of(c, past), no_limit);
        auto got = clients.take_named(&client, named("1"), true);
        CHECK(got.has_value() == r.is_taken);
        // One that is not taken is closed: a new one takes its place.
        got.reset();
        CHECK(c.is_closed());
        CHECK(usage.idle(usage.find(address)) == 0);
    }
}

TEST_CASE("where a route keeps few, those used longest ago make room", "[client_pool]")
{
    const descriptors_kept kept;
    client_pool clients;
    const two_ends a, b, c, elsewhere;
    clients.put_named(&elsewhere, named("9", loopback(81)), socket_of(elsewhere), 2);
    clients.put_named(&a, named("1"), socket_of(a), 2);
    clients.put_named(&b, named("2"), socket_of(b), 2);
    clients.put_named(&c, named("3"), socket_of(c), 2);
    CHECK(a.is_closed());
    CHECK_FALSE(b.is_closed());
    CHECK_FALSE(c.is_closed());
    CHECK_FALSE(elsewhere.is_closed());
}

TEST_CASE("those that are quiet are closed, but for two", "[client_pool]")
{
    const descriptors_kept kept;
    client_pool clients;
    std::vector<std::unique_ptr<two_ends>> ends;
    for (int i = 0; i < 5; ++i) {
        ends.push_back(std::make_unique<two_ends>());
        const auto& c = *ends.back();
        clients.put_named(&c, named(std::to_string(i)), socket_of(c), no_limit);
    }
    const auto begun = std::chrono::steady_clock::now();
    CHECK(clients.look_over());
    CHECK(clients.snapshot().named == 5);
    asio::io_context idle;
    CHECK(until(idle, [&] {
        clients.look_over();
        std::this_thread::sleep_for(10ms);
        return clients.snapshot().named == site_usage::least_kept;
    }));
    CHECK(std::chrono::steady_clock::now() - begun >= site_usage::shrink_time - 100ms);
    CHECK_FALSE(ends.back()->is_closed());
}

TEST_CASE("somebody looks over them while there are any", "[client_pool]")
{
    client_pool clients;
    unsigned asked = 0;
    clients.set_looker([&asked] { ++asked; });
    const two_ends a, b;
    clients.put_named(&a, named("1"), socket_of(a), no_limit);
    clients.put_login(&a, {address}, socket_of(b));
    CHECK(asked == 1);
    clients.close_named();
    CHECK(clients.look_over());
    clients.end_client(&a);
    CHECK_FALSE(clients.look_over());
    const two_ends c;
    clients.put_login(&a, {address}, socket_of(c));
    CHECK(asked == 2);
}
