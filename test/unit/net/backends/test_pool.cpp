// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/backends/connect.hpp"
#include "mod_v6front/net/backends/pool.hpp"

#include "unit/loopback.hpp"
#include "unit/ports.hpp"

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

using clock = std::chrono::steady_clock;
using connected = result<std::shared_ptr<backend_connection>>;

std::vector<connection_identity> identities(const std::vector<endpoint>& to)
{
    std::vector<connection_identity> all;
    for (const auto& address : to)
        all.push_back({address});
    return all;
}

struct pool_bench {
    asio::io_context context;
    deadline_list deadlines{context};
    pool idle;

    ~pool_bench() { idle.close_all(); }
    connected connect(std::vector<endpoint> to, std::chrono::milliseconds timeout)
    {
        return finish(context, connect_to_backend(context, deadlines, identities(to), timeout));
    }
    bool has_idle(std::size_t n)
    {
        return until(context, [&] { return idle.idle() == n; });
    }
};

std::string_view words(const connected& c)
{
    return c ? "connected" : describe(c.error().reason).words;
}

} // namespace

TEST_CASE("the first address that answers is used, and the refused one costs no time", "[pool]")
{
    const descriptors_kept kept;
    pool_bench b;
    {
        const refusing_port refused(b.context);
        acceptor good(b.context, loopback());
        const auto start = clock::now();
        const auto c = b.connect({refused.address(), good.local_endpoint()}, 60s);
        CHECK(words(c) == "connected");
        REQUIRE(c.has_value());
        CHECK((*c)->peer() == good.local_endpoint());
        CHECK(clock::now() - start < connect_stagger);
        tcp_socket far = good.accept();
        (*c)->close();
    }
}

TEST_CASE("a backend that refuses on all addresses, or has none", "[pool]")
{
    pool_bench b;
    const refusing_port one(b.context), two(b.context);
    CHECK(words(b.connect({one.address()}, 60s)) == describe(reason::connect_refused).words);
    CHECK(words(b.connect({one.address(), two.address()}, 60s)) ==
          describe(reason::connect_refused).words);
    CHECK(words(b.connect({}, 60s)) == describe(reason::connect_failed).words);
}

TEST_CASE("an address that does not answer costs a quarter of a second, or the deadline", "[pool]")
{
    const descriptors_kept kept;
    pool_bench b;
    const silent_port silent(b.context);
    const refusing_port refused(b.context);
    acceptor good(b.context, loopback());
    auto start = clock::now();
    {
        const auto c = b.connect({silent.address(), good.local_endpoint()}, 60s);
        REQUIRE(c.has_value());
        CHECK((*c)->peer() == good.local_endpoint());
        CHECK(clock::now() - start >= connect_stagger);
        CHECK(clock::now() - start < 3 * connect_stagger);
        tcp_socket far = good.accept();
    }
    for (const auto& to : {std::vector{silent.address()},
                           {silent.address(), silent.address(), silent.address()},
                           {refused.address(), silent.address()},
                           {silent.address(), refused.address()}}) {
        start = clock::now();
        const auto c = b.connect(to, 300ms);
        CHECK(words(c) == describe(reason::connect_timed_out).words);
        CHECK(clock::now() - start >= 300ms);
        CHECK(clock::now() - start < 1s);
    }
}

TEST_CASE("each address that was tried is told of, as far as it had its time", "[pool]")
{
    const descriptors_kept kept;
    pool_bench b;
    const silent_port silent(b.context);
    const refusing_port refused(b.context);
    acceptor good(b.context, loopback());
    std::vector<std::pair<endpoint, std::string>> told;
    const connect_report report = [&](const endpoint& e, const failure* f) {
        told.emplace_back(e, f ? describe(f->reason).words : "well");
    };
    const auto connect = [&](std::vector<endpoint> to, std::chrono::milliseconds timeout) {
        told.clear();
        const auto c = finish(
            b.context, connect_to_backend(b.context, b.deadlines, identities(to), timeout, report));
        if (c) {
            tcp_socket far = good.accept();
            (*c)->close();
        }
        return words(c);
    };
    using list = decltype(told);
    const auto refusal = std::string(describe(reason::connect_refused).words);
    const auto silence = std::string(describe(reason::connect_timed_out).words);
    CHECK(connect({refused.address(), good.local_endpoint()}, 60s) == "connected");
    CHECK(told == list{{refused.address(), refusal}, {good.local_endpoint(), "well"}});
    CHECK(connect({good.local_endpoint(), refused.address()}, 60s) == "connected");
    CHECK(told == list{{good.local_endpoint(), "well"}});
    CHECK(connect({silent.address(), good.local_endpoint()}, 60s) == "connected");
    CHECK(told == list{{silent.address(), silence}, {good.local_endpoint(), "well"}});
    // The second of these has had a few milliseconds only, which is no verdict.
    CHECK(connect({silent.address(), silent.address()}, connect_stagger + 20ms) == silence);
    CHECK(told == list{{silent.address(), silence}});
}

TEST_CASE("the connection used last is taken first, per backend", "[pool]")
{
    pool_bench b;
    const wire one(b.context, b.deadlines, loopback(1)), two(b.context, b.deadlines, loopback(1)),
        other(b.context, b.deadlines, loopback(2)),
        host(b.context, b.deadlines, {asio::ip::make_address("127.0.0.2"), 1});
    CHECK_FALSE(one.near->has_served());
    for (const auto* w : {&one, &two, &other, &host})
        b.idle.put(w->near);
    CHECK(b.idle.idle() == 4);
    CHECK(one.near->has_served());
    CHECK(b.idle.take({loopback(3)}) == nullptr);
    CHECK(b.idle.take({loopback(1)}) == two.near);
    CHECK(b.idle.take({loopback(1)}) == one.near);
    CHECK(b.idle.take({loopback(1)}) == nullptr);
    CHECK(b.idle.take({loopback(2)}) == other.near);
    CHECK(b.idle.idle() == 1);
    b.idle.put(one.near);
    b.idle.close_all();
    CHECK(b.idle.idle() == 0);
    CHECK_FALSE(host.is_open());
    CHECK_FALSE(one.is_open());
    CHECK(two.is_open()); // taken, so not the pool's any more
    for (const auto* w : {&two, &other})
        w->near->close();
}

TEST_CASE("a connection of another kind to the same address makes room for one of its kind",
          "[pool]")
{
    pool_bench b;
    const auto kind = [](proxy_protocol p) { return connection_terms{{}, {}, p}; };
    const wire plain(b.context, b.deadlines, loopback(1)),
        first(b.context, b.deadlines, loopback(1), kind(proxy_protocol::v1)),
        second(b.context, b.deadlines, loopback(1), kind(proxy_protocol::v2)),
        elsewhere(b.context, b.deadlines, loopback(2));
    for (const auto* w : {&elsewhere, &plain})
        b.idle.put(w->near);
    CHECK(until(b.context, [&] { return plain.near->idle_for() > 2 * loop_clock::lag; }));
    for (const auto* w : {&first, &second})
        b.idle.put(w->near);
    CHECK(b.idle.idle() == 1 + site_usage::least_kept);
    CHECK(b.idle.take(second.near->identity()) == second.near);
    CHECK(b.idle.take(first.near->identity()) == first.near);
    CHECK_FALSE(plain.is_open()); // it was used longest ago
    CHECK(b.idle.take(elsewhere.near->identity()) == elsewhere.near);
    for (const auto* w : {&first, &second, &elsewhere})
        w->near->close();
}

TEST_CASE("an idle connection that is not quiet is dropped at once", "[pool]")
{
    pool_bench b;
    wire quiet(b.context, b.deadlines, loopback(1)), closed(b.context, b.deadlines, loopback(1)),
        talking(b.context, b.deadlines, loopback(1)), reset(b.context, b.deadlines, loopback(1));
    std::vector<lease> used; // at once, so that as many may be idle
    for (const auto* w : {&quiet, &closed, &talking, &reset})
        used.emplace_back(b.idle, w->near);
    for (auto& l : used)
        l.give_back();
    used.clear();
    b.context.poll();
    CHECK(b.idle.idle() == 4);
    closed.close();
    CHECK(b.has_idle(3));
    talking.send("HTTP/1.1 408 Request Timeout\r\n");
    CHECK(b.has_idle(2));
    CHECK_FALSE(talking.is_open());
    reset.reset();
    CHECK(b.has_idle(1));
    CHECK(b.idle.take({loopback(1)}) == quiet.near);
    CHECK(quiet.near->is_quiet());
    CHECK(b.idle.take({loopback(1)}) == nullptr);
    // Taken: what it says now is an answer, and not the pool's concern.
    quiet.send("x");
    CHECK_FALSE(finish(b.context, wait_readable(*quiet.near, 60s)));
    CHECK(quiet.near->input() == "x");
    quiet.near->close();
}

TEST_CASE("a connection that has lived long is not kept, however busy it is", "[pool]")
{
    pool_bench b;
    pool aged{pool_limits{.age = 60ms}};
    const wire w(b.context, b.deadlines, loopback(1));
    aged.put(w.near);
    CHECK(aged.take({loopback(1)}) == w.near);
    REQUIRE(until(b.context, [&] { return w.near->age() >= 60ms; }));
    aged.put(w.near);
    CHECK(aged.idle() == 0);
    CHECK_FALSE(w.is_open());
}

TEST_CASE("a connection is idle for a while, not for ever", "[pool]")
{
    pool_bench b;
    pool brief{pool_limits{.idle_time = 60ms}};
    const wire kept(b.context, b.deadlines, loopback(1));
    const auto put = clock::now();
    brief.put(kept.near);
    CHECK(brief.idle() == 1);
    REQUIRE(until(b.context, [&] { return brief.idle() == 0; }));
    CHECK(clock::now() - put >= 60ms);
    CHECK_FALSE(kept.is_open());
}

TEST_CASE("a lease closes its connection, unless it is given back", "[pool]")
{
    pool_bench b;
    const wire lost(b.context, b.deadlines, loopback(1)), kept(b.context, b.deadlines, loopback(1));
    {
        lease first(b.idle, lost.near);
        const lease moved(std::move(first));
        lease second(b.idle, kept.near);
        second.give_back();
        CHECK(lost.is_open());
    }
    CHECK_FALSE(lost.is_open());
    CHECK(kept.is_open());
    CHECK(b.idle.take({loopback(1)}) == kept.near);
    CHECK(b.idle.idle() == 0);
    kept.near->close();
}
